import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Authority, createAuthority } from "#server/testing/authority.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { activateRequest, createLicense, createTenant } from "#server/testing/fixtures.ts";
import { METER_RULES } from "#server/testing/usage.ts";
import { activationResponse, leaseResponse, problem } from "./schemas.ts";
import { HOSTS, type Host } from "./testing/hosts.ts";

const NONCE = "c2lnbmV0LW5vbmNlLTAz";
const TICKET = { id: "job-1", meter: "credits", amount: 5 };
const EVENT = { id: "event-1", meter: "credits", amount: 1, occurredAt: "2030-01-01T00:00:00.000Z" };

/** Two processes on one database. */
let one: Authority;
let other: Authority;
let host: Host;
let drop: () => Promise<void>;

beforeAll(async () => {
  const database = await createTestDatabase();
  drop = database.drop;
  one = createAuthority(database.appUrl);
  other = createAuthority(database.appUrl);
  host = await HOSTS.Fastify({ ...other, log: pino({ level: "silent" }) });
});
afterAll(async () => {
  await host.stop();
  await one.close();
  await other.close();
  await drop();
});

/** A device with a seat and a ticket, whose token the other process has just accepted. */
async function device() {
  const tenant = await createTenant(one);
  const rules = { seats: 3, meters: { credits: { ...METER_RULES, periodCredits: 100 } } };
  const license = await createLicense(one, tenant, rules);
  const { requestHash: _hash, correlationId: _id, ...body } = activateRequest(license.licenseKey, "device");
  const activated = await host.ask("POST", `/v1/${tenant.slug}/activations`, { body });
  const { activation, token } = activationResponse.parse(activated.json());
  const headers = { authorization: `Bearer ${token}` };
  const ask = (path: string, sent?: unknown) =>
    host.ask(sent === undefined ? "GET" : "POST", `/v1/${tenant.slug}/${path}`, { headers, body: sent });
  const { lease } = leaseResponse.parse((await ask("leases", { holder: "ada", nonce: NONCE })).json());
  expect((await ask("tickets", TICKET)).status).toBe(201);
  return { ...tenant, activation: activation.id, lease: lease.id, fence: lease.fence, ask };
}

type Device = Awaited<ReturnType<typeof device>>;

const OPERATIONS: Readonly<Record<string, (device: Device) => ReturnType<Device["ask"]>>> = {
  refresh: ({ ask, activation }) => ask(`activations/${activation}/refresh`, { nonce: NONCE }),
  deactivate: ({ ask, activation }) => ask(`activations/${activation}/deactivate`, { nonce: NONCE }),
  checkout: ({ ask }) => ask("leases", { holder: "grace", nonce: NONCE }),
  borrow: ({ ask }) => ask("leases", { holder: "grace", nonce: NONCE, borrowSeconds: 3600 }),
  heartbeat: ({ ask, lease, fence }) => ask(`leases/${lease}/heartbeat`, { fence, nonce: NONCE }),
  release: ({ ask, lease, fence }) => ask(`leases/${lease}/release`, { fence }),
  "issue a ticket": ({ ask }) => ask("tickets", { ...TICKET, id: "job-2" }),
  "settle a ticket": ({ ask }) => ask(`tickets/${TICKET.id}/settle`, { used: 2 }),
  "void a ticket": ({ ask }) => ask(`tickets/${TICKET.id}/void`, {}),
  "record usage": ({ ask }) => ask("usage", { events: [EVENT] }),
  balances: ({ ask }) => ask("balances"),
};

/** What stands in the database of a device's seats, credits and slot, and how many decisions there were. */
function facts({ tenantId }: Device) {
  return one.database.withTenant(tenantId, async (tx) => ({
    activations: await tx.activation.findMany({ where: { tenantId } }),
    leases: await tx.lease.findMany({ where: { tenantId }, orderBy: { id: "asc" } }),
    entries: await tx.ledgerEntry.count({ where: { tenantId } }),
    events: await tx.runtimeEvent.count({ where: { tenantId } }),
  }));
}

test.each(Object.entries(OPERATIONS))(
  "after a compromise in one process the very next request in another is refused and changes nothing: %s",
  async (_name, operate) => {
    const victim = await device();
    const before = await facts(victim);
    await one.database.withTenant(victim.tenantId, (tx) =>
      one.trust.replaceCompromised(tx, victim.tenantId, "activation"),
    );
    const answer = await operate(victim);
    expect(problem.parse(answer.json()).code).toBe("unauthorized");
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toBe('Bearer realm="signet"');
    expect(await facts(victim)).toEqual(before);
  },
);

test("a new bundle that disowns nobody is followed without a request being refused or decided twice", async () => {
  const caller = await device();
  const before = await facts(caller);
  await one.database.withTenant(caller.tenantId, (tx) => one.trust.publish(tx, caller.tenantId));
  const asked = Array.from({ length: 20 }, (_, index) =>
    caller.ask("tickets", { ...TICKET, amount: 1, id: `after-${index}` }),
  );
  const answers = await Promise.all(asked);
  expect(answers.map((answer) => answer.status)).toEqual(asked.map(() => 201));
  expect((await facts(caller)).entries).toBe(before.entries + 20);
});
