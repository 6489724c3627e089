import { Client } from "pg";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import type { SessionClaims } from "../auth/actor.ts";
import { publicId } from "../domain/ids.ts";
import { DEFAULT_RULES } from "../domain/policy.ts";
import { leaseResponse } from "../license-server/schemas.ts";
import { HOSTS, type Host } from "../license-server/testing/hosts.ts";
import { SEAT_CHANGES } from "../platform/announcer.ts";
import { newUuid } from "../platform/ids.ts";
import { createListener } from "../platform/listener.ts";
import type { TestDatabase } from "../testing/cluster.ts";
import { createTestDatabase } from "../testing/database.ts";
import { activateRequest, createLicense } from "../testing/fixtures.ts";
import { createPeople, createTeam, PASSWORD, type People } from "../testing/people.ts";
import { createChangeStream } from "./change-stream.ts";
import { createLicenseStreams } from "./license-streams.ts";

const silent = pino({ level: "silent" });

let database: TestDatabase;
let people: People;
let licenseServer: Host;
let streams: ReturnType<typeof createLicenseStreams>;

beforeAll(async () => {
  database = await createTestDatabase();
  people = createPeople(database.appUrl);
  licenseServer = await HOSTS.Fastify(people);
});
afterEach(() => streams.close());
afterAll(async () => {
  await licenseServer.stop();
  await people.close();
  await database.drop();
});

function openStreams(options: { lifetimeMs?: number; streamsOfOneMax?: number } = {}) {
  streams = createLicenseStreams({
    auth: people.auth,
    licensesOf: people.ownSeats.pooledLicenses,
    listener: createListener({ url: database.appUrl, channel: SEAT_CHANGES, log: silent }),
    log: silent,
    tellEveryMs: 5,
    checkEveryMs: 20,
    ...options,
  });
}

/** A vendor's owner, signed in, with a licensed device that may have seats. */
async function createWatched() {
  const team = await createTeam(people, "support");
  const [support] = team.joined;
  const { tenantId } = team;
  const { slug } = await people.database.prisma.tenant.findUniqueOrThrow({ where: { id: tenantId } });
  const { id: productId } = await people.products.create(team.owner, {
    code: "renderer",
    name: "Renderer",
    keyPrefix: "RNDR",
    description: "",
  });
  const tenant = { tenantId, slug, productId, product: "renderer" };
  const license = await createLicense(people, tenant, { activationsMax: 5, seats: 3 });
  const activated = await people.activations.activate(tenantId, activateRequest(license.licenseKey, "ws"));
  if (activated.outcome === "denied" || support === undefined) throw new Error("it could not be arranged");
  const session = await people.auth.signIn({ email: support.email, password: PASSWORD, ip: "192.0.2.1" });
  const { token, activationId } = activated.value;
  return {
    ...team,
    support,
    session,
    activationId,
    licenseId: publicId("license", license.id),
    async checkOut(holder: string) {
      const answer = await licenseServer.ask("POST", `/v1/${slug}/leases`, {
        headers: { authorization: `Bearer ${token}` },
        body: { holder, nonce: activateRequest("", "").nonce },
      });
      expect(answer.status).toBe(201);
      return leaseResponse.parse(answer.json()).lease;
    },
    async release({ id, fence }: { id: string; fence: number }) {
      const answer = await licenseServer.ask("POST", `/v1/${slug}/leases/${id}/release`, {
        headers: { authorization: `Bearer ${token}` },
        body: { fence },
      });
      expect(answer.status).toBe(200);
    },
  };
}

/** What a browser would hear: the subjects of each event; null: any. Ends with the stream. */
async function* eventsOf(body: ReadableStream<Uint8Array> | null): AsyncGenerator<string[] | null> {
  let text = "";
  for await (const chunk of body ?? []) {
    text += Buffer.from(chunk).toString();
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const data = /^event: changed\ndata: (.*)$/m.exec(text.slice(0, end))?.[1];
      text = text.slice(end + 2);
      if (data !== undefined) yield (JSON.parse(data) as { subjects?: string[] }).subjects ?? null;
    }
  }
}

/** Until what is announced from now on is heard; of what was missed before, a stream only tells that anything may have changed. */
async function untilListening(): Promise<void> {
  const listening = async () => {
    const rows = await people.database.prisma.$queryRaw<unknown[]>`
      SELECT 1 FROM pg_stat_activity WHERE datname = current_database()
         AND application_name = 'signet listener' AND state = 'idle' AND query <> ''`;
    return rows.length > 0;
  };
  await vi.waitUntil(listening, { timeout: 10_000, interval: 5 });
}

async function watch(session: SessionClaims | undefined) {
  const response = await streams.answer(session, new AbortController().signal);
  expect(response.status).toBe(200);
  await untilListening();
  const events = eventsOf(response.body);
  const heard: (string[] | null)[] = [];
  return {
    heard,
    /** Reads on until an event is like this. */
    async until(isIt: (event: string[] | null) => boolean) {
      for (;;) {
        const { value, done } = await events.next();
        if (done) throw new Error(`The stream ended after ${JSON.stringify(heard)}.`);
        heard.push(value);
        if (isIt(value)) return;
      }
    },
    async untilItEnds() {
      for await (const event of events) heard.push(event);
    },
  };
}

const isAny = (event: string[] | null) => event === null;

test("a stream begins with any, then names each license whose seats a LicenseServer gave out or took back", async () => {
  openStreams();
  const own = await createWatched();
  const other = await createWatched();
  const view = await watch(own.session);
  await view.until(isAny);
  await other.checkOut("eve");
  const lease = await own.checkOut("ada");
  await view.until((event) => event?.includes(own.licenseId) ?? false);
  await own.release(lease);
  await view.until((event) => event?.includes(own.licenseId) ?? false);
  await own.checkOut("ada");
  await view.until((event) => event?.includes(own.licenseId) ?? false);
  const { activationId, owner } = own;
  await people.licenses.deactivateDevice(
    owner,
    (await people.database.withTenant(own.tenantId, (tx) => tx.activation.findFirstOrThrow())).licenseId,
    activationId,
  );
  await view.until((event) => event?.includes(own.licenseId) ?? false);
  expect(JSON.stringify(view.heard)).not.toContain(other.licenseId);
});

test("time that ended leases is heard of too, and so is whatever was missed while the connection was broken", async () => {
  openStreams();
  const own = await createWatched();
  const view = await watch(own.session);
  await view.until(isAny);
  await own.checkOut("ada");
  await view.until((event) => event?.includes(own.licenseId) ?? false);
  people.clock.advance(86_400_000);
  await people.leases.expire();
  await view.until(isAny);
  const admin = new Client({ connectionString: database.ownerUrl });
  await admin.connect();
  await admin.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'signet listener' AND datname = current_database()",
  );
  await admin.end();
  await view.until(isAny);
  await own.checkOut("ben");
  await view.until((event) => event?.includes(own.licenseId) ?? false);
});

test("what a vendor changes about licenses is heard of: their own seats, a version they are moved to, a suspension", async () => {
  openStreams();
  const { tenantId, owner, session, licenseId } = await createWatched();
  const { id, policyId, versionId } = await people.database.withTenant(tenantId, async (tx) => {
    const license = await tx.license.findFirstOrThrow({ include: { policyVersion: true } });
    const { id: _, ...version } = license.policyVersion;
    const { id: versionId } = await tx.policyVersion.create({
      data: { ...version, id: newUuid(), number: 2, rules: { ...DEFAULT_RULES, seats: 7 } },
    });
    return { ...license, versionId };
  });
  const view = await watch(session);
  await view.until(isAny);
  await people.licenses.setOverrides(owner, id, { overageSeats: 1 });
  await view.until((event) => event?.includes(licenseId) ?? false);
  expect((await people.licenses.movePolicy(owner, { policyId, versionId })).moved).toBe(1);
  await view.until((event) => event?.includes(licenseId) ?? false);
  await people.licenses.suspend(owner, id, "");
  await view.until((event) => event?.includes(licenseId) ?? false);
});

test("a stream ends when its reader is removed from the team, and nobody signed out gets one", async () => {
  openStreams();
  const { owner, support, session } = await createWatched();
  const view = await watch(session);
  await people.members.remove(owner, support.userId);
  await view.untilItEnds();
  expect((await streams.answer(session, new AbortController().signal)).status).toBe(401);
  expect((await streams.answer(undefined, new AbortController().signal)).status).toBe(401);
});

test("a stream ends by itself after its time, so that whoever signed out is asked who they are", async () => {
  openStreams({ lifetimeMs: 30 });
  const { session } = await createWatched();
  await (await watch(session)).untilItEnds();
});

test("nobody holds more streams than they may, and closing ends all of them", async () => {
  openStreams({ streamsOfOneMax: 2 });
  const { session } = await createWatched();
  const aborted = new AbortController();
  await streams.answer(session, aborted.signal);
  const view = await watch(session);
  const refused = await streams.answer(session, new AbortController().signal);
  expect([refused.status, refused.headers.has("retry-after")]).toEqual([503, true]);
  aborted.abort();
  const second = await watch(session);
  await streams.close();
  await Promise.all([view.untilItEnds(), second.untilItEnds()]);
  expect((await streams.answer(session, new AbortController().signal)).status).toBe(503);
});

test("a slow reader holds back one event, whatever happens meanwhile", async () => {
  const stream = createChangeStream({ everyMs: 1, onEnd: () => undefined });
  const events = eventsOf(stream.body);
  expect((await events.next()).value).toBeNull();
  stream.note(["lic_a"]);
  for (let n = 0; n < 100; n++) {
    stream.note([`lic_${n % 3}`]);
    stream.comment();
  }
  expect((await events.next()).value?.toSorted()).toEqual(["lic_0", "lic_1", "lic_2", "lic_a"]);
  for (let n = 0; n < 1_000; n++) stream.note([`lic_${n}`]);
  expect((await events.next()).value).toBeNull();
  stream.end();
  expect((await events.next()).done).toBe(true);
});
