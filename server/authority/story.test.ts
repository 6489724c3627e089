import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { publicId } from "#server/domain/ids.ts";
import { newUuid, randomSecret } from "#server/platform/ids.ts";
import { type Authority, createAuthority } from "#server/testing/authority.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { createTenant, type TestTenant } from "#server/testing/fixtures.ts";
import { createAccount } from "#server/testing/usage.ts";
import { readStory } from "./story-input.ts";
import { createStories } from "./story-service.ts";

let database: TestDatabase;
let authority: Authority;
let tenant: TestTenant;
let license: Awaited<ReturnType<typeof createAccount>>;

beforeAll(async () => {
  database = await createTestDatabase();
  authority = createAuthority(database.appUrl);
  tenant = await createTenant(authority);
  license = await createAccount(authority, tenant, {}, { seats: 1 });
});
afterAll(async () => {
  await authority.close();
  await database.drop();
});

const read = (of: unknown, who: TestTenant = tenant) =>
  authority.stories.read({ kind: "system", tenantId: who.tenantId }, readStory.parse(of), {
    changesOf: "everything",
  });

/** The sentences of a story, oldest first; a line of the ledger as its kind and balance. */
async function told(of: unknown): Promise<string[]> {
  const { steps } = await read(of);
  return steps.map((step) => {
    if (step.kind === "decision") return step.explanation;
    return step.kind === "entry" ? `${step.entry.kind} ${step.entry.balance}` : step.change.action;
  });
}

async function checkout(holder: string) {
  const correlationId = `cor_${randomSecret(12)}`;
  const { activationId } = license;
  const request = { ...license.caller(), activationId, holder, nonce: randomSecret(16), correlationId };
  return { correlationId, decision: await authority.leases.checkout(tenant.tenantId, request) };
}

test("a request's story says what was decided and why, with the policy version's value and the lease it made", async () => {
  const granted = await checkout("ann");
  const denied = await checkout("bob");
  expect(await told({ of: "request", correlationId: granted.correlationId })).toEqual([
    "Granted: seat 1 was free.",
  ]);
  const { leases } = await read({ of: "request", correlationId: granted.correlationId });
  expect(leases).toMatchObject([{ holder: "ann", slot: 1, ended: null }]);
  expect(await told({ of: "request", correlationId: denied.correlationId })).toEqual([
    expect.stringMatching(
      /^Denied because 1 of 1 seats were in use \(policy [\w-]+ v1, seats\.seats = 1\)\.$/,
    ),
  ]);
  const lease = leases[0];
  if (lease === undefined) throw new Error("a lease was granted");
  expect(await told({ of: "lease", id: publicId("lease", lease.id) })).toContain("Granted: seat 1 was free.");
});

test("a ticket's story has its decisions and its own ledger lines, in order, and no other ticket's", async () => {
  await license.grant(10);
  const [mine, other] = [newUuid(), newUuid()];
  await license.issue(4, mine);
  authority.clock.advance(1_000);
  await license.issue(5, other);
  authority.clock.advance(1_000);
  await license.settle(mine, 3);
  const story = await told({ of: "ticket", id: mine });
  expect(story).toEqual([
    "Granted: 4 credits were reserved.",
    "reserve 6",
    `Granted: ticket ${mine} was settled.`,
    expect.stringMatching(/^settle /),
    expect.stringMatching(/^release /),
  ]);
  expect((await read({ of: "ticket", id: mine })).tickets).toMatchObject([
    { id: mine, status: "settled", used: 3n },
  ]);
});

test("a license's story is the same by id and by key, and a device's has what that device did", async () => {
  const byId = await told({ of: "license", id: publicId("license", license.id) });
  expect(byId).toContain("Granted: the device was activated.");
  expect(await told({ of: "licenseKey", key: license.licenseKey })).toEqual(byId);
  const device = await told({ of: "activation", id: publicId("activation", license.activationId) });
  expect(device).toContain("Granted: the device was activated.");
  expect(device).not.toContain("reserve 6");
});

test("another tenant's things have no story", async () => {
  const other = await createTenant(authority);
  const { correlationId } = await checkout("carl");
  expect(await read({ of: "request", correlationId }, other)).toEqual({
    steps: [],
    tickets: [],
    leases: [],
    since: null,
    unsearched: null,
  });
  await expect(read({ of: "license", id: publicId("license", license.id) }, other)).rejects.toThrow(
    "license",
  );
  await expect(read({ of: "licenseKey", key: license.licenseKey }, other)).rejects.toThrow("license");
});

test("a long story keeps its newest steps and says from when on it is whole", async () => {
  const long = await createAccount(authority, tenant);
  const { rows } = await asOwner<{ at: Date }>(
    `INSERT INTO runtime_event (tenant_id, id, at, operation, outcome, facts, license_id, correlation_id)
     SELECT $1, gen_random_uuid(), '2031-01-01'::timestamptz + make_interval(secs => n), 'refresh', 'granted', '{}', $2, 'c' || n
       FROM generate_series(1, 600) n RETURNING at`,
    [tenant.tenantId, long.id],
  );
  const { steps, since } = await read({ of: "license", id: publicId("license", long.id) });
  expect(steps).toHaveLength(500);
  expect(since).toEqual(rows[100]?.at);
});

test("on a busy license a device's and a ticket's story still say how seats and tickets began and ended, and what was not looked through", async () => {
  const busy = await createAccount(authority, tenant, {}, { seats: 1 });
  const { activationId } = busy;
  const deviceId = publicId("activation", activationId);
  const step = () => authority.clock.advance(1_000);
  step();
  await busy.grant(10);
  const ticket = newUuid();
  await busy.issue(4, ticket);
  step();
  const correlationId = `cor_${randomSecret(12)}`;
  const request = { ...busy.caller(), activationId, nonce: randomSecret(16), correlationId };
  await authority.leases.checkout(tenant.tenantId, { ...request, holder: "ann" });
  step();
  await authority.leases.checkout(tenant.tenantId, { ...request, holder: "bob" });
  const refused = expect.stringMatching(/^Denied because 1 of 1 seats/);
  const lease = (await read({ of: "activation", id: deviceId })).leases[0];
  if (lease === undefined) throw new Error("a lease was granted");

  await asOwner(
    `INSERT INTO runtime_event (tenant_id, id, at, operation, outcome, facts, license_id, correlation_id)
     SELECT $1, gen_random_uuid(), $3::timestamptz + make_interval(secs => n), 'refresh', 'granted', '{}', $2, 'c' || n
       FROM generate_series(1, 50) n`,
    [tenant.tenantId, busy.id, authority.clock.now()],
  );
  authority.clock.advance(60_000);
  await busy.settle(ticket, 3);

  const whole = await told({ of: "activation", id: deviceId });
  expect(whole).toEqual([
    "Granted: the device was activated.",
    "Granted: 4 credits were reserved.",
    "Granted: seat 1 was free.",
    refused,
    `Granted: ticket ${ticket} was settled.`,
  ]);
  const hasty = createStories({ ...authority, searchedMax: 20 });
  const readHasty = async (of: unknown) => {
    const actor = { kind: "system", tenantId: tenant.tenantId } as const;
    const found = await hasty.read(actor, readStory.parse(of), { changesOf: "everything" });
    return {
      ...found,
      told: found.steps.flatMap((each) => (each.kind === "decision" ? [each.explanation] : [])),
    };
  };
  const device = await readHasty({ of: "activation", id: deviceId });
  expect(device.told).toEqual(whole.filter((_, index) => index !== 3));
  expect(device.unsearched?.until).toEqual(expect.any(Date));
  const ticketStory = await readHasty({ of: "ticket", id: ticket });
  expect(ticketStory.told).toEqual([whole[1], whole[4]]);
  expect(ticketStory.unsearched).toEqual({ from: expect.any(Date), until: null });
  expect((await readHasty({ of: "lease", id: publicId("lease", lease.id) })).told).toContain(whole[2]);
  expect((await read({ of: "activation", id: deviceId })).unsearched).toBeNull();
});

async function asOwner<Row extends object>(sql: string, parameters: unknown[] = []) {
  const owner = new Client({ connectionString: database.ownerUrl });
  await owner.connect();
  return owner.query<Row>(sql, parameters).finally(() => owner.end());
}
