import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { identityOf, parseIdempotencyKey } from "#server/domain/idempotency-key.ts";
import { newUuid } from "#server/platform/ids.ts";
import { type Authority, createAuthority } from "#server/testing/authority.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { activateRequest, createLicense, createTenant, type TestTenant } from "#server/testing/fixtures.ts";
import { activationResponse, problem } from "./schemas.ts";
import { HOSTS, type Host } from "./testing/hosts.ts";

const NONCE = "c2lnbmV0LW5vbmNlLTAz";
const DAY_MS = 24 * 60 * 60 * 1000;

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

test.each([
  ["abc-1", "abc-1"],
  ['"abc 1"', "abc 1"],
  ['"a\\"b\\\\c"', 'a"b\\c'],
  ["x".repeat(255), "x".repeat(255)],
  ["x".repeat(256), undefined],
  ["", undefined],
  ['""', undefined],
  ['"unclosed', undefined],
  ["two words", undefined],
  ["käse", undefined],
])("the header %j holds the key %j", (header, key) => {
  expect(parseIdempotencyKey(header)).toBe(key);
});

test("a key is another one for each caller and operation, and for anybody only with the whole request", () => {
  const base = { key: "k", operation: "checkout", caller: "a", subject: undefined, bodyHash: "h" };
  const { caller: _, ...anybody } = base;
  const hashOf = (change: object) => identityOf({ ...base, ...change }).hash.toString("hex");
  const other = [{}, { key: "l" }, { operation: "refresh" }, { caller: "b" }].map(hashOf);
  expect(new Set(other).size).toBe(other.length);
  expect(hashOf({ bodyHash: "i" })).toBe(hashOf({}));
  expect(identityOf(anybody).hash).not.toEqual(identityOf({ ...anybody, bodyHash: "i" }).hash);
});

describe.each(Object.entries(HOSTS))("a device behind %s", (_name, start) => {
  let host: Host;
  beforeAll(async () => {
    host = await start({ ...authority, log: pino({ level: "silent" }) });
  });
  afterAll(() => host.stop());

  const post = (path: string, body: unknown, headers: Readonly<Record<string, string>>) =>
    host.ask("POST", `/v1/${tenant.slug}/${path}`, { body, headers });

  async function device(change: object = { seats: 5 }) {
    const license = await createLicense(authority, tenant, change);
    const { requestHash: _hash, correlationId: _id, ...body } = activateRequest(license.licenseKey, "one");
    const activated = await post("activations", body, { "idempotency-key": newUuid() });
    const { activation, token } = activationResponse.parse(activated.json());
    return { id: activation.id, body, bearer: { authorization: `Bearer ${token}` } };
  }
  const codeOf = (answer: { json(): unknown }) => problem.parse(answer.json()).code;

  test("gets the first answer again, byte for byte, under its own correlation id, also when quoted", async () => {
    const { bearer } = await device();
    const key = newUuid();
    const seat = { holder: "ada", nonce: NONCE };
    const first = await post("leases", seat, { ...bearer, "idempotency-key": key });
    expect([first.status, first.headers.get("idempotent-replayed")]).toEqual([201, null]);
    const again = await post("leases", seat, {
      ...bearer,
      "idempotency-key": `"${key}"`,
      "x-correlation-id": "a-second-try",
    });
    expect([again.status, again.headers.get("idempotent-replayed")]).toEqual([201, "true"]);
    expect(again.text).toBe(first.text);
    expect(again.headers.get("content-type")).toBe("application/json");
    expect(again.headers.get("x-correlation-id")).toBe("a-second-try");
  });

  test("gets a signed refusal again too", async () => {
    const { bearer } = await device({ seats: 0 });
    const headers = { ...bearer, "idempotency-key": newUuid() };
    const [first, again] = [
      await post("leases", { holder: "ada", nonce: NONCE }, headers),
      await post("leases", { holder: "ada", nonce: NONCE }, headers),
    ];
    expect(codeOf(first)).toBe("feature_not_entitled");
    expect(again.text).toBe(first.text);
    expect(again.headers.get("content-type")).toBe("application/problem+json");
  });

  test("is refused where the key was used with other content, or for another path", async () => {
    const { bearer, id } = await device();
    const headers = { ...bearer, "idempotency-key": newUuid() };
    expect((await post("leases", { holder: "ada", nonce: NONCE }, headers)).status).toBe(201);
    const other = await post("leases", { holder: "grace", nonce: NONCE }, headers);
    expect([other.status, codeOf(other)]).toEqual([422, "idempotency_conflict"]);

    expect((await post(`activations/${id}/refresh`, { nonce: NONCE }, headers)).status).toBe(200);
  });

  test("never sees what another device was answered under the same key", async () => {
    const [one, other] = [await device(), await device()];
    const key = { "idempotency-key": newUuid() };
    const seat = { holder: "ada", nonce: NONCE };
    const first = await post("leases", seat, { ...one.bearer, ...key });
    const second = await post("leases", seat, { ...other.bearer, ...key });
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.text).not.toBe(first.text);
    expect((await post("leases", seat, key)).status).toBe(401);
  });

  test("activates under a key once; another device's request with the same key is neither blocked nor shown it", async () => {
    const license = await createLicense(authority, tenant, { activationsMax: 5 });
    const headers = { "idempotency-key": newUuid() };
    const [one, other] = ["one", "other"].map((name) => {
      const { requestHash: _hash, correlationId: _id, ...body } = activateRequest(license.licenseKey, name);
      return body;
    });
    const first = await post("activations", one, headers);
    const again = await post("activations", one, headers);
    expect([first.status, again.status, again.text === first.text]).toEqual([201, 201, true]);
    expect((await post("activations", other, headers)).status).toBe(201);
  });

  test("is told what is wrong with a malformed key, and nothing is done", async () => {
    const { bearer } = await device();
    const answer = await post(
      "leases",
      { holder: "malformed", nonce: NONCE },
      { ...bearer, "idempotency-key": "a b" },
    );
    expect(answer.status).toBe(400);
    expect(problem.parse(answer.json()).detail).toContain("Idempotency-Key");
    const leases = await authority.database.withTenant(tenant.tenantId, (tx) =>
      tx.lease.count({ where: { holder: "malformed" } }),
    );
    expect(leases).toBe(0);
  });
});

describe("a key", () => {
  const request = () => ({
    key: newUuid(),
    operation: "checkout",
    caller: "device",
    subject: undefined,
    bodyHash: "h",
  });
  const answer = (body: string, status = 200) => ({ status, headers: {}, body });
  const once = (keyed: ReturnType<typeof request>, body: string, status?: number) =>
    authority.idempotency.once(tenant.tenantId, keyed, async () => answer(body, status));

  test("is refused while its request is being worked on, and says when to ask again", async () => {
    const keyed = request();
    let inside: unknown;
    const outer = await authority.idempotency.once(tenant.tenantId, keyed, async () => {
      inside = await once(keyed, "second").catch((error: unknown) => error);
      return answer("first");
    });
    expect(inside).toMatchObject({ code: "request_in_progress", retryAfterSeconds: 1 });
    expect(outer.replayed).toBe(false);
  });

  test("of a server that died is taken over after its lease, and the late answer of the dead one is not kept", async () => {
    const keyed = request();
    const begun = Promise.withResolvers<void>();
    const late = Promise.withResolvers<ReturnType<typeof answer>>();
    const dead = authority.idempotency.once(tenant.tenantId, keyed, () => {
      begun.resolve();
      return late.promise;
    });
    await begun.promise;
    authority.clock.advance(31_000);
    await authority.idempotency.once(tenant.tenantId, keyed, async () => {
      late.resolve(answer("late"));
      await dead;
      return answer("successor");
    });
    expect((await once(keyed, "third")).answer.body).toBe("successor");
  });

  test.each([500, 503, 429])("keeps no answer of status %i", async (status) => {
    const keyed = request();
    await once(keyed, "try again", status);
    expect(await once(keyed, "done")).toMatchObject({ replayed: false, answer: { body: "done" } });
  });

  test("is forgotten after a day, and then no more than asked are deleted", async () => {
    const keyed = request();
    await once(keyed, "yesterday");
    await Promise.all(Array.from({ length: 9 }, () => once(request(), "others")));
    authority.clock.advance(DAY_MS);
    const { deleteExpired } = authority.idempotencyStore;
    expect(await deleteExpired(tenant.tenantId, 2)).toBe(2);
    expect((await once(keyed, "today")).replayed).toBe(false);
    await deleteExpired(tenant.tenantId, 1000);
    expect(await authority.database.withTenant(tenant.tenantId, (tx) => tx.idempotencyKey.count())).toBe(1);
  });
});
