import { generateKeyPairSync, hash, sign } from "node:crypto";
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify, SignJWT } from "jose";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { TOKEN_TYPES } from "#sdk/wire.ts";
import { createApiKey } from "#server/authority/api-key-input.ts";
import { publicId } from "#server/domain/ids.ts";
import type { ApiScope } from "#server/domain/scopes.ts";
import { newUuid } from "#server/platform/ids.ts";
import { type Authority, createAuthority, createVendor } from "#server/testing/authority.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { createLicense, createRuntime, createTenant } from "#server/testing/fixtures.ts";
import { METER_RULES } from "#server/testing/usage.ts";
import { problem } from "./schemas.ts";
import { accessTokenResponse } from "./schemas-callers.ts";
import { balancesResponse, ticketEndResponse, ticketResponse, usageResponse } from "./schemas-usage.ts";
import { type Answer, HOSTS, type Host } from "./testing/hosts.ts";

const METER = "credits";
let appUrl: string;
let authority: Authority;
let drop: () => Promise<void>;

beforeAll(async () => {
  const database = await createTestDatabase();
  ({ drop, appUrl } = database);
  authority = createAuthority(database.appUrl);
});
afterAll(async () => {
  await authority.close();
  await drop();
});

/** A vendor with a license of 100 credits, and the making of API keys. */
async function createBackend() {
  const tenant = await createTenant(authority);
  const { tenantId } = tenant;
  const { userId } = await createVendor(authority);
  const actor = { kind: "user", userId, tenantId, role: "owner" } as const;
  const license = await createLicense(authority, tenant, {
    meters: { [METER]: { ...METER_RULES, periodCredits: 100 } },
  });
  return {
    ...tenant,
    actor,
    license: publicId("license", license.id),
    licenseId: license.id,
    async key(scopes: readonly ApiScope[], expiresAt: Date | null = null) {
      const terms = createApiKey.parse({ name: "Gateway", scopes, expiresAt });
      const { id, key } = await authority.apiKeys.create(actor, terms);
      return { id, key: key ?? "" };
    },
  };
}
const ALL: readonly ApiScope[] = ["balances:read", "tickets:write", "usage:write"];

describe.each(Object.entries(HOSTS))("a vendor's backend behind %s", (name, start) => {
  /** What the host puts before the table's paths. */
  const mount = name === "Next" ? "/api" : "";
  let host: Host;
  /** Another server on the same database, with memories of its own. */
  let second: Host;
  let runtime: ReturnType<typeof createRuntime>;
  let vendor: Awaited<ReturnType<typeof createBackend>>;

  beforeAll(async () => {
    const log = pino({ level: "silent" });
    runtime = createRuntime(appUrl, authority.clock);
    host = await start({ ...authority, log }, { failuresPerMinuteMax: 1_000 });
    second = await start({ ...authority, ...runtime, log }, { failuresPerMinuteMax: 1_000 });
  });
  afterAll(async () => {
    await Promise.all([host.stop(), second.stop()]);
    await runtime.close();
  });
  beforeEach(async () => {
    vendor = await createBackend();
  });

  function as(credential: string, at: Host = host, slug = vendor.slug) {
    const headers = { authorization: `Bearer ${credential}`, "x-correlation-id": "one-request" };
    return {
      get: (path: string) => at.ask("GET", `/v1/${slug}/${path}`, { headers }),
      post: (path: string, body: unknown) => at.ask("POST", `/v1/${slug}/${path}`, { headers, body }),
    };
  }
  const balances = (credential: string, at?: Host) =>
    as(credential, at).get(`balances?license=${vendor.license}`);
  const event = (id: string, amount = 1) => ({
    id,
    meter: METER,
    amount,
    occurredAt: "2030-01-01T00:00:00.000Z",
  });
  async function codeOf(answer: Answer | Promise<Answer>) {
    const { status, code } = problem.parse((await answer).json());
    return [status, code];
  }
  async function exchanged(key: string, body: object = {}) {
    return accessTokenResponse.parse((await as(key).post("tokens", body)).json());
  }

  test("charges, reserves, settles, voids and reads for the license it names", async () => {
    const { key } = await vendor.key(ALL);
    const { license } = vendor;
    const backend = as(key);
    const used = await backend.post("usage", { license, events: [event(newUuid(), 5)] });
    expect(usageResponse.parse(used.json()).events).toMatchObject([{ outcome: "accepted", balance: 95 }]);
    const [one, other] = [newUuid(), newUuid()];
    for (const id of [one, other]) {
      const issued = await backend.post("tickets", { id, meter: METER, amount: 20, license });
      expect([issued.status, ticketResponse.parse(issued.json()).ticket.id]).toEqual([201, id]);
    }
    const settled = await backend.post(`tickets/${one}/settle`, { used: 7, license });
    expect(ticketEndResponse.parse(settled.json()).ticket).toMatchObject({ status: "settled", used: 7 });
    expect((await backend.post(`tickets/${other}/void`, { license })).status).toBe(200);
    expect(balancesResponse.parse((await balances(key)).json()).balances).toMatchObject([
      { granted: 100, reserved: 0, spent: 12, available: 88 },
    ]);
  });

  test("is named in the facts of each of its decisions, granted or denied, and in their explanation", async () => {
    const { id: keyId, key } = await vendor.key(ALL);
    const { token } = await exchanged(key);
    const { license, licenseId, actor } = vendor;
    const ticket = newUuid();
    await as(key).post("usage", { license, events: [event("one"), event("two", 1_000)] });
    await as(token).post("usage", { license, events: [event("three")] });
    await as(token).post("tickets", { id: ticket, meter: METER, amount: 20, license });
    await as(key).post(`tickets/${ticket}/settle`, { used: 7, license });
    await as(key).post(`tickets/${ticket}/void`, { license });
    const { steps } = await authority.stories.read(
      actor,
      { of: "license", id: licenseId },
      { changesOf: "everything" },
    );
    const told = steps.flatMap((step) => {
      if (step.kind !== "decision") return [];
      const { operation, code, facts } = step.decision;
      return [[operation, code, Reflect.get(Object(facts), "credential"), step.explanation.split(". ")[1]]];
    });
    const id = publicId("apiKey", keyId);
    const [byKey, byToken] = [
      [{ kind: "apiKey", id }, `A backend asked with API key ${id}.`],
      [{ kind: "accessToken", id }, `A backend asked with an access token of API key ${id}.`],
    ];
    const expected = [
      ["usage", null, ...byKey],
      ["usage", "insufficient_credits", ...byKey],
      ["usage", null, ...byToken],
      ["ticket", null, ...byToken],
      ["settle", null, ...byKey],
      ["void", "ticket_settled", ...byKey],
    ];
    expect(told).toHaveLength(expected.length);
    expect(told).toEqual(expect.arrayContaining(expected));
  });

  test("names the license, or is told to", async () => {
    const { key } = await vendor.key(ALL);
    for (const [pointer, answer] of [
      ["/license", await as(key).post("usage", { events: [event("none")] })],
      ["/query/license", await as(key).get("balances")],
      ["/query/more", await as(key).get(`balances?license=${vendor.license}&more=1`)],
    ] as const)
      expect(problem.parse(answer.json()).errors?.[0]?.pointer).toBe(pointer);
  });

  test("is refused by a denial signed for its license and its very request", async () => {
    const { key } = await vendor.key(ALL);
    const body = JSON.stringify({ id: newUuid(), meter: METER, amount: 101, license: vendor.license });
    const answer = await as(key).post("tickets", body);
    expect(await codeOf(answer)).toEqual([402, "insufficient_credits"]);
    const keys = (await host.ask("GET", `/v1/${vendor.slug}/.well-known/jwks.json`)).json();
    const { payload } = await jwtVerify(
      problem.parse(answer.json()).decision ?? "",
      createLocalJWKSet(keys as JSONWebKeySet),
      { typ: TOKEN_TYPES.denial, currentDate: authority.clock.now() },
    );
    expect(payload).toMatchObject({
      code: "insufficient_credits",
      sub: vendor.license,
      aud: publicId("tenant", vendor.tenantId),
      req: hash("sha256", body, "base64url"),
    });
  });

  test("reaches no license of another vendor: it answers as one that does not exist", async () => {
    const { key } = await vendor.key(ALL);
    const foreign = await createBackend();
    for (const license of [foreign.license, publicId("license", newUuid())]) {
      expect(await codeOf(as(key).get(`balances?license=${license}`))).toEqual([404, "license_not_found"]);
      const answer = as(key).post("usage", { license, events: [event(newUuid())] });
      expect(await codeOf(answer)).toEqual([404, "license_not_found"]);
    }
  });

  test("does nothing that its key has no scope for", async () => {
    const { key } = await vendor.key(["usage:write"]);
    const { license } = vendor;
    expect((await as(key).post("usage", { license, events: [event(newUuid())] })).status).toBe(200);
    expect(await codeOf(balances(key))).toEqual([403, "forbidden"]);
    const ticket = { id: newUuid(), meter: METER, amount: 1, license };
    expect(await codeOf(as(key).post("tickets", ticket))).toEqual([403, "forbidden"]);
    expect(await codeOf(as(key).post("tokens", { scopes: ["tickets:write"] }))).toEqual([403, "forbidden"]);
  });

  test("is taken for no device: neither seats nor activations open to its key", async () => {
    const { key } = await vendor.key(ALL);
    const seat = as(key).post("leases", { holder: "ada", nonce: "0123456789abcdef" });
    expect(await codeOf(seat)).toEqual([401, "unauthorized"]);
  });

  test("is refused at the next request of another server once its key is revoked, and so are the key's tokens", async () => {
    const { id, key } = await vendor.key(ALL);
    const { token } = await exchanged(key);
    for (const credential of [key, token])
      for (const at of [host, second]) expect((await balances(credential, at)).status).toBe(200);
    await authority.apiKeys.revoke(vendor.actor, id);
    for (const credential of [key, token])
      for (const at of [second, host])
        expect(await codeOf(balances(credential, at))).toEqual([401, "unauthorized"]);
  });

  test("changes its key without a failed request: both are taken until the overlap ends", async () => {
    const old = await vendor.key(ALL);
    const { key: next, oldExpiresAt } = await authority.apiKeys.rotate(vendor.actor, old.id, 24);
    const key = next ?? "";
    for (const each of [old.key, key]) expect((await balances(each)).status).toBe(200);
    authority.clock.advance(oldExpiresAt.getTime() - authority.clock.now().getTime());
    expect((await balances(old.key)).status).toBe(401);
    expect((await balances(key)).status).toBe(200);
  });

  test("carries as many scopes in its token as it asks for, for a quarter of an hour", async () => {
    const { key } = await vendor.key(ALL);
    const { token, scopes, expiresAt } = await exchanged(key, { scopes: ["balances:read"] });
    expect(scopes).toEqual(["balances:read"]);
    expect((await balances(token, second)).status).toBe(200);
    const charge = as(token).post("usage", { license: vendor.license, events: [event(newUuid())] });
    expect(await codeOf(charge)).toEqual([403, "forbidden"]);
    expect(await codeOf(as(token).post("tokens", {}))).toEqual([401, "unauthorized"]);
    authority.clock.advance(new Date(expiresAt).getTime() - authority.clock.now().getTime());
    expect(await codeOf(balances(token))).toEqual([401, "unauthorized"]);
  });

  test("signs its requests by a key of its own: each is taken once, by one server, and soon", async () => {
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    const { id } = await authority.apiKeys.create(
      vendor.actor,
      createApiKey.parse({
        name: "Signer",
        scopes: ["balances:read"],
        publicKey: publicKey.export({ format: "jwk" }).x,
      }),
    );
    const query = `?license=${vendor.license}`;
    const path = `/v1/${vendor.slug}/balances`;
    let nonces = 0;
    const now = () => Math.floor(authority.clock.now().getTime() / 1000);
    /** The status of a request to `at` with a signature over these. */
    async function send({ created = now(), covers = query, nonce = ++nonces, at = host } = {}) {
      const list = `("@method" "@authority" "@path" "@query");created=${created};keyid="${publicId("apiKey", id)}";nonce="a-nonce-of-its-own-${nonce}"`;
      const base = `"@method": GET\n"@authority": ${at.authority}\n"@path": ${mount}${path}\n"@query": ${covers}\n"@signature-params": ${list}`;
      const signature = sign(null, Buffer.from(base), privateKey).toString("base64");
      const headers = { "signature-input": `s=${list}`, signature: `s=:${signature}:` };
      return (await at.ask("GET", path + query, { headers })).status;
    }

    expect(await send()).toBe(200);
    expect([await send({ nonce: nonces }), await send({ nonce: nonces, at: second })]).toEqual([401, 401]);
    expect(await send({ at: second })).toBe(200);
    expect(await send({ covers: "?license=another" })).toBe(401);
    expect([await send({ created: now() - 301 }), await send({ created: now() + 301 })]).toEqual([401, 401]);
    await authority.apiKeys.revoke(vendor.actor, id);
    expect(await send()).toBe(401);
  });

  test("is told the same whatever is wrong with its credential", async () => {
    const { key } = await vendor.key(ALL);
    const { key: expired } = await vendor.key(ALL, new Date(authority.clock.now().getTime() + 1));
    authority.clock.advance(1);
    const { key: foreign } = await (await createBackend()).key(ALL);
    const { token } = await exchanged(key, { scopes: ["balances:read"] });
    const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
    const wrong = {
      mistyped: `${key.slice(0, -1)}${key.endsWith("A") ? "B" : "A"}`,
      expired,
      foreign,
      unsigned: `${part({ alg: "none", typ: TOKEN_TYPES.access })}.${part(claims)}.`,
      symmetric: await new SignJWT(claims)
        .setProtectedHeader({ alg: "HS256", typ: TOKEN_TYPES.access })
        .sign(Buffer.from(key)),
      altered: token.replace(/\.[^.]+\./, `.${part({ ...claims, scope: ALL.join(" ") })}.`),
    };
    const answers = await Promise.all(Object.values(wrong).map((credential) => balances(credential)));
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(401);
    expect((await balances(key)).status).toBe(200);
  });
});

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
