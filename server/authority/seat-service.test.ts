import { afterAll, beforeAll, expect, test } from "vitest";
import { type Authority, createAuthority, createVendor } from "../testing/authority.ts";
import type { TestDatabase } from "../testing/cluster.ts";
import { createTestDatabase } from "../testing/database.ts";
import { activateRequest, createLicense, type TestTenant } from "../testing/fixtures.ts";
import { listPools } from "./seat-input.ts";

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

async function createSeatedVendor() {
  const { actor, tenantId, slug } = await createVendor(authority);
  const { id: productId } = await authority.products.create(actor, {
    code: "renderer",
    name: "Renderer",
    keyPrefix: "RNDR",
    description: "",
  });
  const tenant: TestTenant = { tenantId, slug, productId, product: "renderer" };
  return { actor, tenant };
}

/** A license with seats, and a device that checks them out. */
async function createPool(tenant: TestTenant, rules: Parameters<typeof createLicense>[2] = {}) {
  const { tenantId } = tenant;
  const license = await createLicense(authority, tenant, { seats: 4, activationsMax: null, ...rules });
  const request = activateRequest(license.licenseKey, "ws-12", { metadata: { name: "ws-12" } });
  const activated = await authority.activations.activate(tenantId, request);
  if (activated.outcome === "denied") throw new Error(activated.code);
  const { activationId } = activated.value;
  return {
    ...license,
    activationId,
    async checkOut(holder: string, more: { group?: string; borrowSeconds?: number } = {}) {
      const { requestHash, correlationId, nonce } = activateRequest("", "");
      const decision = await authority.leases.checkout(tenantId, {
        activationId,
        holder,
        nonce,
        requestHash,
        correlationId,
        ...more,
      });
      if (decision.outcome === "denied") throw new Error(decision.code);
      return decision.value;
    },
  };
}

const pools = (input: object = {}) => listPools.parse(input);

test("pools are shown with who holds what, and every number as the seats have it", async () => {
  const { actor, tenant } = await createSeatedVendor();
  const idle = await createPool(tenant);
  const pool = await createPool(tenant, {
    seats: 3,
    overageSeats: 2,
    reservedSeats: { night: 2 },
    borrowDaysMax: 7,
    borrowedSeatsMax: 1,
  });
  await pool.checkOut("ada", { group: "night" });
  await pool.checkOut("ben");
  await pool.checkOut("cy", { borrowSeconds: 86_400 });

  const { items, nextCursor } = await authority.seats.pools(actor, pools());
  expect(nextCursor).toBeNull();
  expect(items).toMatchObject([
    {
      licenseId: pool.id,
      status: "active",
      held: 3,
      borrowed: 1,
      overage: 1,
      leaving: 0,
      reserved: [{ group: "night", held: 1 }],
      seats: [
        { slot: 1, fence: 1n, holder: "ada", group: "night", reservedFor: "night", deviceName: "ws-12" },
        { slot: 3, holder: "ben", reservedFor: null, overage: false },
        { slot: 4, holder: "cy", overage: true, borrowed: true },
      ],
    },
  ]);
  const ofIdle = await authority.seats.pools(actor, { ...pools(), licenseId: idle.id });
  expect(ofIdle.items).toMatchObject([{ licenseId: idle.id, held: 0, seats: [] }]);
  expect((await authority.seats.pools(actor, pools({ search: "BEN" }))).items[0]?.seats).toHaveLength(1);
  expect((await authority.seats.pools(actor, pools({ search: "nobody" }))).items).toEqual([]);

  authority.clock.advance(3_600_000);
  expect((await authority.seats.pools(actor, pools())).items).toMatchObject([{ held: 1, borrowed: 1 }]);
});

test("many pools and many seats come in pages, nothing twice and nothing left out", async () => {
  const { actor, tenant } = await createSeatedVendor();
  for (let n = 0; n < 3; n++) {
    const pool = await createPool(tenant);
    for (const holder of ["ada", "ben", "cy"]) await pool.checkOut(holder);
  }
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page = await authority.seats.pools(actor, pools({ limit: 1, cursor }));
    seen.push(...page.items.map(({ licenseId }) => licenseId));
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect(new Set(seen).size).toBe(3);
  expect(seen).toHaveLength(3);

  const [licenseId = ""] = seen;
  const first = await authority.seats.held(actor, { licenseId, limit: 2 });
  expect(first.items.map(({ holder }) => holder)).toEqual(["ada", "ben"]);
  const rest = await authority.seats.held(actor, { licenseId, limit: 2, cursor: first.nextCursor });
  expect(rest).toMatchObject({ items: [{ holder: "cy" }], nextCursor: null });
});

test("a seat released by hand is free at once, also a borrowed one; it is recorded once, and why", async () => {
  const { actor, tenant } = await createSeatedVendor();
  const pool = await createPool(tenant, { seats: 1, borrowDaysMax: 7, borrowedSeatsMax: 1 });
  const { leaseId } = await pool.checkOut("ada", { borrowSeconds: 86_400 });
  const release = () => authority.seats.release(actor, leaseId, "left the company");
  expect(await release()).toEqual({ released: true });
  expect(await release()).toEqual({ released: false });
  await pool.checkOut("ben");
  const { items } = await authority.audit.list(actor, { action: "license.seat_released", limit: 10 });
  expect(items).toMatchObject([
    {
      subjectId: pool.id,
      before: { holder: "ada", device: "ws-12", slot: 1, borrowed: true },
      after: { reason: "left the company" },
    },
  ]);
});

test("a customer frees a colleague's seat, but not a borrowed one, which would work on beside whoever takes it next", async () => {
  const { tenant, actor } = await createSeatedVendor();
  const pool = await createPool(tenant, { seats: 2, borrowDaysMax: 7, borrowedSeatsMax: 1 });
  const { tenantId } = tenant;
  const { customerId } = await authority.database.withTenant(tenantId, (tx) =>
    tx.license.findUniqueOrThrow({ where: { tenantId_id: { tenantId, id: pool.id } } }),
  );
  const owner = { tenantId, customerId, userId: actor.userId };
  const borrowed = await pool.checkOut("ada", { borrowSeconds: 86_400 });
  const online = await pool.checkOut("ben");
  await expect(authority.ownSeats.release(owner, borrowed.leaseId)).rejects.toMatchObject({
    code: "forbidden",
    message: expect.stringMatching(/only your vendor/),
  });
  expect(await authority.ownSeats.release(owner, online.leaseId)).toEqual({ released: true });
  const { items } = await authority.seats.pools(actor, pools());
  expect(items).toMatchObject([{ held: 1, borrowed: 1 }]);
});

test("another vendor's seats do not exist", async () => {
  const { tenant } = await createSeatedVendor();
  const stranger = await createSeatedVendor();
  const pool = await createPool(tenant);
  const { leaseId } = await pool.checkOut("ada");
  const notFound = expect.objectContaining({ code: "not_found" });
  expect((await authority.seats.pools(stranger.actor, { ...pools(), licenseId: pool.id })).items).toEqual([]);
  await expect(authority.seats.held(stranger.actor, { licenseId: pool.id, limit: 5 })).rejects.toEqual(
    notFound,
  );
  await expect(authority.seats.release(stranger.actor, leaseId, "")).rejects.toEqual(notFound);
});
