import { createHash, generateKeyPairSync, type KeyObject, randomUUID } from "node:crypto";
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify, SignJWT } from "jose";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TOKEN_TYPES } from "#sdk/wire.ts";
import { type Authority, createAuthority } from "#server/testing/authority.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import {
  activateRequest,
  createLicense,
  createRuntime,
  createTenant,
  type TestTenant,
} from "#server/testing/fixtures.ts";
import { activationResponse, problem } from "./schemas.ts";
import { HOSTS, type Host } from "./testing/hosts.ts";

let appUrl: string;
let authority: Authority;
let tenant: TestTenant;
let drop: () => Promise<void>;

beforeAll(async () => {
  const database = await createTestDatabase();
  ({ drop, appUrl } = database);
  authority = createAuthority(appUrl);
  tenant = await createTenant(authority);
});
afterAll(async () => {
  await authority.close();
  await drop();
});

const publicJwk = ({ publicKey }: { publicKey: KeyObject }) => {
  const { x = "" } = publicKey.export({ format: "jwk" });
  return { kty: "OKP", crv: "Ed25519", x } as const;
};

describe.each(Object.entries(HOSTS))("a device whose policy asks for its key, behind %s", (name, start) => {
  const mount = name === "Next" ? "/api" : "";
  let host: Host;
  /** Another server on the same database, with memories of its own. */
  let second: Host;
  let runtime: ReturnType<typeof createRuntime>;

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

  async function device(deviceProofRequired: boolean) {
    const { licenseKey } = await createLicense(authority, tenant, { deviceProofRequired });
    const pair = generateKeyPairSync("ed25519");
    const {
      requestHash: _hash,
      correlationId: _id,
      ...body
    } = activateRequest(licenseKey, "device", {
      deviceKey: publicJwk(pair),
    });
    const activated = await host.ask("POST", `/v1/${tenant.slug}/activations`, { body });
    const { activation, token } = activationResponse.parse(activated.json());
    const path = `/v1/${tenant.slug}/balances`;
    const address = (at: Host) => `http://${at.authority}${mount}${path}`;

    async function proof({ key = pair, header = {}, ...claims }: Proof = {}) {
      const now = Math.floor(authority.clock.now().getTime() / 1000);
      const ath = createHash("sha256").update(token).digest("base64url");
      return new SignJWT({ htm: "GET", htu: address(host), iat: now, jti: randomUUID(), ath, ...claims })
        .setProtectedHeader({ alg: "EdDSA", typ: "dpop+jwt", jwk: publicJwk(key), ...header })
        .sign(key.privateKey);
    }
    async function code(dpop?: string, { at = host, scheme = "DPoP" } = {}) {
      const headers = { authorization: `${scheme} ${token}`, ...(dpop === undefined ? {} : { dpop }) };
      const answer = await at.ask("GET", path, { headers });
      if (answer.status === 200) return "granted";
      const refused = problem.parse(answer.json());
      const keys = (await host.ask("GET", `/v1/${tenant.slug}/.well-known/jwks.json`)).json();
      const { payload } = await jwtVerify(refused.decision ?? "", createLocalJWKSet(keys as JSONWebKeySet), {
        typ: TOKEN_TYPES.denial,
        currentDate: authority.clock.now(),
      });
      expect(payload).toMatchObject({ code: refused.code, sub: activation.id, aud: tenant.product });
      return refused.code;
    }
    return { proof, code, address };
  }
  interface Proof {
    readonly key?: { readonly privateKey: KeyObject; readonly publicKey: KeyObject };
    readonly header?: object;
    readonly [claim: string]: unknown;
  }

  test("is let in with a fresh proof each time, and by a stolen token alone nobody is", async () => {
    const { proof, code } = await device(true);
    expect([await code(await proof()), await code(await proof(), { scheme: "Bearer" })]).toEqual([
      "granted",
      "granted",
    ]);
    expect(await code()).toBe("device_proof_invalid");
  });

  test("is not taken twice at its word, by any server", async () => {
    const { proof, code, address } = await device(true);
    const jti = randomUUID();
    expect(await code(await proof({ jti }))).toBe("granted");
    expect(await code(await proof({ jti }))).toBe("device_proof_invalid");
    const elsewhere = await proof({ jti, htu: address(second) });
    expect(await code(elsewhere, { at: second })).toBe("device_proof_invalid");
    expect(await code(await proof({ htu: address(second) }), { at: second })).toBe("granted");
  });

  test.each<[string, (now: number) => Proof]>([
    ["by another key", () => ({ key: generateKeyPairSync("ed25519") })],
    [
      "that names the device's key and is signed by another",
      () => ({
        key: { ...generateKeyPairSync("ed25519"), publicKey: generateKeyPairSync("ed25519").publicKey },
      }),
    ],
    ["for another method", () => ({ htm: "POST" })],
    ["for another address", () => ({ htu: "http://elsewhere.example/v1/acme/balances" })],
    ["for another token", () => ({ ath: createHash("sha256").update("other").digest("base64url") })],
    ["without a token", () => ({ ath: undefined })],
    ["without an id", () => ({ jti: undefined })],
    ["of long ago", (now) => ({ iat: now - 301 })],
    ["of the future", (now) => ({ iat: now + 301 })],
    ["of another type", () => ({ header: { typ: "JWT" } })],
    ["with the private key in it", () => ({ header: { jwk: { kty: "oct", k: "AAAA" } } })],
  ])("is not believed by a proof %s", async (_what, change) => {
    const { proof, code } = await device(true);
    const now = Math.floor(authority.clock.now().getTime() / 1000);
    expect(await code(await proof(change(now)))).toBe("device_proof_invalid");
  });

  test("needs none where the policy does not ask", async () => {
    const { code } = await device(false);
    expect(await code(undefined, { scheme: "Bearer" })).toBe("granted");
  });
});
