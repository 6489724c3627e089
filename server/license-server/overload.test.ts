import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Authority, createAuthority } from "#server/testing/authority.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { activateRequest, createLicense, createTenant, type TestTenant } from "#server/testing/fixtures.ts";
import { activationResponse, leaseResponse, problem } from "./schemas.ts";
import { HOSTS, type Host } from "./testing/hosts.ts";

const NONCE = "c2lnbmV0LW5vbmNlLTAz";

let authority: Authority;
let tenant: TestTenant;
let drop: () => Promise<void>;

beforeAll(async () => {
  const database = await createTestDatabase();
  drop = database.drop;
  authority = createAuthority(database.appUrl);
  tenant = await createTenant(authority);
});
afterAll(async () => {
  await authority.close();
  await drop();
});

describe.each(Object.entries(HOSTS))("behind %s", (_name, start) => {
  let host: Host;
  let isLate = false;
  beforeAll(async () => {
    const options = { newWorkInFlightMax: 3, isLate: () => isLate };
    host = await start({ ...authority, log: pino({ level: "silent" }) }, options);
  });
  afterAll(() => host.stop());

  async function device() {
    const license = await createLicense(authority, tenant, { seats: 10 });
    const { requestHash: _hash, correlationId: _id, ...body } = activateRequest(license.licenseKey, "one");
    const activated = await host.ask("POST", `/v1/${tenant.slug}/activations`, { body });
    const { token } = activationResponse.parse(activated.json());
    const headers = { authorization: `Bearer ${token}` };
    const ask = (path: string, sent: unknown) =>
      host.ask("POST", `/v1/${tenant.slug}/${path}`, { headers, body: sent });
    return {
      licenseId: license.id,
      ask,
      checkout: (holder: string) => ask("leases", { holder, nonce: NONCE }),
    };
  }

  test("while the process is late nothing new is begun, and what is held is kept and given back", async () => {
    const { ask, checkout } = await device();
    const { lease } = leaseResponse.parse((await checkout("ada")).json());
    isLate = true;
    try {
      const refused = await checkout("grace");
      expect([refused.status, problem.parse(refused.json()).code]).toEqual([503, "overloaded"]);
      const kept = await ask(`leases/${lease.id}/heartbeat`, { fence: lease.fence, nonce: NONCE });
      const released = await ask(`leases/${lease.id}/release`, { fence: lease.fence });
      expect([kept.status, released.status]).toEqual([200, 200]);
    } finally {
      isLate = false;
    }
    expect((await checkout("grace")).status).toBe(201);
  });

  test("checkouts that wait for a lock in the database are bounded, and stop no heartbeat and no release", async () => {
    const [busy, calm] = [await device(), await device()];
    const { lease } = leaseResponse.parse((await calm.checkout("ada")).json());
    const locked = Promise.withResolvers<void>();
    const unlock = Promise.withResolvers<void>();
    const holding = authority.database.withTenant(tenant.tenantId, async (tx) => {
      await tx.$queryRaw`SELECT 1 FROM pool WHERE license_id = ${busy.licenseId}::uuid FOR UPDATE`;
      locked.resolve();
      await unlock.promise;
    });
    await locked.promise;
    const waiting = ["a", "b", "c", "d"].map((holder) => busy.checkout(holder));
    try {
      const refused = await Promise.race(waiting);
      expect([refused.status, problem.parse(refused.json()).code]).toEqual([503, "overloaded"]);
      expect(refused.headers.get("retry-after")).toBe("1");
      expect((await calm.checkout("grace")).status).toBe(503);

      const kept = await calm.ask(`leases/${lease.id}/heartbeat`, { fence: lease.fence, nonce: NONCE });
      expect(kept.status).toBe(200);
      const released = await calm.ask(`leases/${lease.id}/release`, { fence: lease.fence });
      expect(released.status).toBe(200);
    } finally {
      unlock.resolve();
      await holding;
    }
    const statuses = (await Promise.all(waiting)).map(({ status }) => status);
    expect(statuses.sort()).toEqual([201, 201, 201, 503]);
    expect((await calm.checkout("grace")).status).toBe(201);
  });
});
