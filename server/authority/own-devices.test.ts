import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type Authority,
  createAuthority,
  createCatalog,
  createVendor,
  issueOne,
} from "../testing/authority.ts";
import type { TestDatabase } from "../testing/cluster.ts";
import { createTestDatabase } from "../testing/database.ts";
import { activateRequest } from "../testing/fixtures.ts";
import { openSession, untilWaitedFor } from "../testing/waiting.ts";

let database: TestDatabase;
let authority: Authority;

beforeAll(async () => {
  database = await createTestDatabase();
  authority = createAuthority(database.appUrl);
});
afterAll(async () => {
  await authority.close();
  await database.drop();
});

test("a device that goes while a customer gives it up is not given up by them too, and nothing is written down", async () => {
  const { tenantId, userId, actor } = await createVendor(authority);
  const catalog = await createCatalog(authority, actor, { selfServiceDeactivation: true });
  const { key } = await issueOne(authority, actor, catalog);
  const activated = await authority.activations.activate(tenantId, activateRequest(key, "desk"));
  if (activated.outcome === "denied") throw new Error(activated.code);
  const { activationId } = activated.value;
  const owner = { tenantId, userId, customerId: catalog.customerId };
  const written = async () =>
    (await authority.audit.list(actor, { action: "license.device_deactivated", limit: 10 })).items.length;

  const [holder, watcher] = [await openSession(database.ownerUrl), await openSession(database.ownerUrl)];
  await holder.query("BEGIN");
  await holder.query("SELECT 1 FROM tenant_state WHERE tenant_id = $1 FOR NO KEY UPDATE", [tenantId]);
  const tab = Promise.allSettled([authority.ownDevices.deactivate(owner, "Acme", activationId)]);
  await untilWaitedFor(watcher, holder);
  await authority.activations.deactivate(tenantId, {
    activationId,
    correlationId: "elsewhere",
    byVendor: true,
  });
  await holder.query("COMMIT");
  await Promise.all([holder.end(), watcher.end()]);
  expect(await tab).toMatchObject([{ status: "rejected", reason: { code: "not_found" } }]);
  expect(await written()).toBe(0);
});
