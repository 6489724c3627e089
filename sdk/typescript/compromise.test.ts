import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { KEY_USES } from "./src/wire.ts";
import type { TestNetwork } from "./testing/network.ts";
import { RealServer } from "./testing/real-server.ts";

vi.mock("./src/timer.ts", async (original) => ({
  ...(await original<typeof import("./src/timer.ts")>()),
  later: (await import("./testing/timers.ts")).time.later,
}));

const RULES = { seats: 1, leaseTtlSeconds: 300, heartbeatSeconds: 60 };

let server: RealServer;
beforeAll(async () => {
  server = await RealServer.create();
});
afterAll(() => server.end());

async function pass(minutes: number, network: TestNetwork): Promise<void> {
  for (let step = 0; step < minutes * 3; step++) {
    server.pass(20_000);
    await network.quiet();
  }
}

function inDatabase<Value>(
  work: (
    tx: Parameters<Parameters<RealServer["authority"]["database"]["withTenant"]>[1]>[0],
  ) => Promise<Value>,
) {
  return server.authority.database.withTenant(server.tenant.tenantId, work) as Promise<Value>;
}

const devicesOf = (licenseId: string) =>
  inDatabase((tx) => tx.activation.findMany({ where: { tenantId: server.tenant.tenantId, licenseId } }));

test("a program keeps its activation and its seat while the vendor disowns one key after the other", async () => {
  const { activation, network, license, signet } = await server.device({ ...RULES, activationsMax: 1 });
  const { id } = activation;
  const seat = await activation.checkout({ holder: "ada" });
  let losses = 0;
  seat.on("lost", () => {
    losses += 1;
  });
  for (const use of [...KEY_USES, "activation"] as const) {
    await inDatabase((tx) => server.authority.trust.replaceCompromised(tx, server.tenant.tenantId, use));
    await pass(6, network);
    expect([use, seat.status, losses]).toEqual([use, "held", 0]);
    await activation.refresh();
    expect([activation.id, activation.status]).toEqual([id, "active"]);
    expect((await signet.current()).id).toBe(id);
  }
  expect(await devicesOf(license.id)).toHaveLength(1);
  // One for each time its key was disowned, and the first.
  expect(network.sentTo(/activations$/)).toHaveLength(3);
  await seat.release();
});

test("a device whose slot was taken back meanwhile does not take another one by itself", async () => {
  const { activation, license, network } = await server.device(RULES);
  const [device] = await devicesOf(license.id);
  await server.authority.activations.deactivate(server.tenant.tenantId, {
    activationId: device?.id ?? "",
    correlationId: "cor_test",
    byVendor: true,
  });
  await inDatabase((tx) =>
    server.authority.trust.replaceCompromised(tx, server.tenant.tenantId, "activation"),
  );
  await expect(activation.refresh()).rejects.toMatchObject({ code: "not_activated" });
  const devices = await devicesOf(license.id);
  expect(devices.filter(({ deactivatedAt }) => deactivatedAt === null)).toEqual([]);
  expect(network.sentTo(/activations$/)).toHaveLength(2);
});
