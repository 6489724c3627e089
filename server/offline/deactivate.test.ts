import { afterAll, beforeAll, expect, test } from "vitest";
import { SignetError } from "#server/domain/errors.ts";
import { publicId } from "#server/domain/ids.ts";
import { newUuid } from "#server/platform/ids.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import {
  createLicense,
  createRuntime,
  createTenant,
  type Runtime,
  type TestTenant,
} from "#server/testing/fixtures.ts";
import { createOfflineDevice } from "#server/testing/offline-device.ts";

let testDatabase: TestDatabase;
let runtime: Runtime;
let tenant: TestTenant;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  runtime = createRuntime(testDatabase.appUrl);
  tenant = await createTenant(runtime);
});
afterAll(async () => {
  await runtime.close();
  await testDatabase.drop();
});

async function machine(name: string, rules = {}) {
  const license = await createLicense(runtime, tenant, { activationsMax: 1, offlineAllowed: true, ...rules });
  const device = await createOfflineDevice(name);
  const activate = async () => {
    const upload = { text: await device.request(license.licenseKey), correlationId: "cor_request" };
    const { decision } = await runtime.offline.activate(tenant.tenantId, upload);
    return decision.outcome === "granted"
      ? publicId("activation", decision.value.activationId)
      : decision.code;
  };
  return { license, device, activate, activation: await activate() };
}

async function deactivate(text: string): Promise<string> {
  try {
    await runtime.offline.deactivate(tenant.tenantId, { text, correlationId: "cor_receipt" });
    return "deactivated";
  } catch (error) {
    if (error instanceof SignetError) return error.code;
    throw error;
  }
}

const slots = async (id: string) => {
  const where = { tenantId_id: { tenantId: tenant.tenantId, id } };
  const row = await runtime.database.withTenant(tenant.tenantId, (tx) =>
    tx.license.findUniqueOrThrow({ where }),
  );
  return row.activationCount;
};

test("a receipt frees the slot once, however often it is uploaded, and leaves a later activation of the device alone", async () => {
  const { license, device, activate, activation } = await machine("retired");
  const receipt = await device.deactivation(activation, { journal: "h".repeat(43) });
  expect(await Promise.all([deactivate(receipt), deactivate(receipt), deactivate(receipt)])).toEqual(
    Array(3).fill("deactivated"),
  );
  expect(await slots(license.id)).toBe(0);
  const again = await activate();
  expect(again).not.toBe(activation);
  expect(await deactivate(receipt)).toBe("deactivated");
  expect(await slots(license.id)).toBe(1);
  const [event] = await runtime.database.withTenant(tenant.tenantId, (tx) =>
    tx.runtimeEvent.findMany({
      where: { tenantId: tenant.tenantId, licenseId: license.id, operation: "offline_deactivate" },
      orderBy: { id: "asc" },
    }),
  );
  expect(event).toMatchObject({
    outcome: "granted",
    correlationId: "cor_receipt",
    facts: { wasLive: true, journal: "h".repeat(43) },
  });
});

test("a receipt signed by another device's key, or for an activation there is none of, frees nothing", async () => {
  const { license, activation, device } = await machine("kept");
  const stranger = await createOfflineDevice("stranger");
  expect(await deactivate(await stranger.deactivation(activation))).toBe("activation_not_found");
  expect(await deactivate(await device.deactivation(publicId("activation", newUuid())))).toBe(
    "activation_not_found",
  );
  expect(await slots(license.id)).toBe(1);
});

test("a device may not deactivate itself by file either where the policy says so", async () => {
  const { license, activation, device } = await machine("bound", { selfServiceDeactivation: false });
  expect(await deactivate(await device.deactivation(activation))).toBe("forbidden");
  expect(await slots(license.id)).toBe(1);
});
