import { hash, randomBytes } from "node:crypto";
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formatLicenseKey, LICENSE_KEY_DATA_LENGTH } from "#sdk/license-key.ts";
import { TOKEN_TYPES } from "#sdk/wire.ts";
import { publicId } from "#server/domain/ids.ts";
import { newUuid } from "#server/platform/ids.ts";
import { type Authority, createAuthority } from "#server/testing/authority.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { activateRequest, createLicense, createTenant, type TestTenant } from "#server/testing/fixtures.ts";
import { createOfflineDevice } from "#server/testing/offline-device.ts";
import { createLicenseServer } from "./license-server.ts";
import { createOpenApiDocument } from "./openapi.ts";
import {
  activationResponse,
  deactivateResponse,
  leaseResponse,
  problem,
  releaseResponse,
} from "./schemas.ts";
import { createContract } from "./testing/contract.ts";
import { HOSTS, type Host } from "./testing/hosts.ts";

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

function bodyOf(licenseKey: string, device: string) {
  const { requestHash: _hash, correlationId: _id, ...body } = activateRequest(licenseKey, device);
  return body;
}

describe.each(Object.entries(HOSTS))("a device behind %s", (name, start) => {
  let host: Host;
  beforeAll(async () => {
    host = await start({ ...authority, log: pino({ level: "silent" }) });
  });
  afterAll(() => host.stop());

  /** The claims of a token, verified as a plain JOSE client would. */
  async function claimsOf(token: string, typ: string) {
    const keys = (await host.ask("GET", `/v1/${tenant.slug}/.well-known/jwks.json`)).json();
    const verified = await jwtVerify(token, createLocalJWKSet(keys as JSONWebKeySet), {
      typ,
      algorithms: ["EdDSA"],
      issuer: publicId("tenant", tenant.tenantId),
      audience: "renderer",
      currentDate: authority.clock.now(),
    });
    return verified.payload;
  }

  test("may guess at license keys a few times only, online or by file, which harms nobody who has one", async () => {
    const log = pino({ level: "silent" });
    const own = await start({ ...authority, log }, { failuresPerMinuteMax: 3 });
    const contract = createContract(
      createOpenApiDocument(createLicenseServer({ ...authority, log }).operations),
    );
    const { licenseKey } = await createLicense(authority, tenant, { activationsMax: 1 });
    const path = `/v1/${tenant.slug}/activations`;
    const guessed = () =>
      formatLicenseKey(
        "RENDER",
        randomBytes(LICENSE_KEY_DATA_LENGTH).map((byte) => byte % 32),
      );
    const guess = () => own.ask("POST", path, { body: bodyOf(guessed(), `${name}-guess`) });
    const device = await createOfflineDevice(`${name}-guess`);
    const byFile = async () =>
      own.ask("POST", `/v1/${tenant.slug}/offline/activations`, {
        body: { request: await device.request(guessed()) },
      });
    try {
      for (const attempt of [guess, byFile, guess]) {
        const { status, code } = problem.parse((await attempt()).json());
        expect([status, code]).toEqual([404, "license_not_found"]);
      }
      const limited = await guess();
      contract.check("POST", path, limited);
      expect(problem.parse(limited.json())).toMatchObject({
        status: 429,
        code: "rate_limited",
        retryable: true,
      });
      expect(Number(limited.headers.get("retry-after"))).toBeGreaterThan(0);
      expect((await byFile()).status).toBe(429);
      expect((await own.ask("POST", path, { body: bodyOf(licenseKey, `${name}-own`) })).status).toBe(201);
    } finally {
      await own.stop();
    }
  });

  test("activates once, refreshes, and gives its slot back, each answer bound to its request", async () => {
    const license = await createLicense(authority, tenant, { activationsMax: 1 });
    const activations = `/v1/${tenant.slug}/activations`;
    const body = JSON.stringify(bodyOf(license.licenseKey, `${name}-1`));

    const first = await host.ask("POST", activations, { body });
    expect(first.status).toBe(201);
    const { activation, token } = activationResponse.parse(first.json());
    expect(activation.license).toBe(publicId("license", license.id));
    expect(await claimsOf(token, TOKEN_TYPES.activation)).toMatchObject({
      sub: activation.id,
      req: hash("sha256", body, "base64url"),
      cid: first.headers.get("x-correlation-id"),
    });

    const again = await host.ask("POST", activations, { body });
    expect(again.status).toBe(200);
    expect(activationResponse.parse(again.json()).activation).toMatchObject({
      id: activation.id,
      created: false,
    });

    const denied = await host.ask("POST", activations, { body: bodyOf(license.licenseKey, `${name}-2`) });
    const refusal = problem.parse(denied.json());
    expect([denied.status, refusal.code]).toEqual([403, "activation_limit_reached"]);
    expect(await claimsOf(refusal.decision ?? "", TOKEN_TYPES.denial)).toMatchObject({
      code: "activation_limit_reached",
      cid: refusal.correlationId,
    });

    const headers = { authorization: `Bearer ${token}` };
    const own = `${activations}/${activation.id}`;
    const refreshed = await host.ask("POST", `${own}/refresh`, {
      headers,
      body: { nonce: "0123456789abcdef" },
    });
    expect(refreshed.status).toBe(200);
    expect(
      await claimsOf(activationResponse.parse(refreshed.json()).token, TOKEN_TYPES.activation),
    ).toMatchObject({ nonce: "0123456789abcdef" });

    for (let time = 0; time < 2; time++) {
      const gone = await host.ask("POST", `${own}/deactivate`, {
        headers,
        body: { nonce: "0123456789abcdef" },
      });
      expect(gone.status).toBe(200);
      expect(deactivateResponse.parse(gone.json()).activation.status).toBe("deactivated");
    }
    const other = await host.ask("POST", activations, { body: bodyOf(license.licenseKey, `${name}-2`) });
    expect(other.status).toBe(201);
  });

  test("is refused on the very next request once its license is suspended", async () => {
    const license = await createLicense(authority, tenant);
    const activations = `/v1/${tenant.slug}/activations`;
    const body = bodyOf(license.licenseKey, `${name}-3`);
    const { activation, token } = activationResponse.parse(
      (await host.ask("POST", activations, { body })).json(),
    );
    await authority.database.withTenant(tenant.tenantId, (tx) =>
      tx.license.update({
        where: { tenantId_id: { tenantId: tenant.tenantId, id: license.id } },
        data: { suspendedAt: authority.clock.now() },
      }),
    );
    const refused = await host.ask("POST", `${activations}/${activation.id}/refresh`, {
      headers: { authorization: `Bearer ${token}` },
      body: { nonce: "0123456789abcdef" },
    });
    const refusal = problem.parse(refused.json());
    expect(refusal.code).toBe("license_suspended");
    expect(await claimsOf(refusal.decision ?? "", TOKEN_TYPES.denial)).toMatchObject({
      sub: activation.id,
      nonce: "0123456789abcdef",
    });
  });

  test("takes the last seat, keeps it, and gives it back, each answer signed and bound to its request", async () => {
    const license = await createLicense(authority, tenant, { seats: 1, activationsMax: 2 });
    const bearers = [];
    for (const device of ["5", "6"]) {
      const body = bodyOf(license.licenseKey, `${name}-${device}`);
      const activated = await host.ask("POST", `/v1/${tenant.slug}/activations`, { body });
      bearers.push({ authorization: `Bearer ${activationResponse.parse(activated.json()).token}` });
    }
    const [first, second] = bearers;
    const leases = `/v1/${tenant.slug}/leases`;
    const nonce = "0123456789abcdef";
    const asFirst = { headers: first ?? {}, body: { holder: "ada", nonce } };
    const taken = await host.ask("POST", leases, asFirst);
    expect(taken.status).toBe(201);
    const { lease, token } = leaseResponse.parse(taken.json());
    expect(await claimsOf(token, TOKEN_TYPES.lease)).toMatchObject({
      sub: lease.id,
      fence: lease.fence,
      nonce,
    });
    expect((await host.ask("POST", leases, asFirst)).status).toBe(200);

    const refused = await host.ask("POST", leases, { headers: second ?? {}, body: { holder: "bob", nonce } });
    const refusal = problem.parse(refused.json());
    expect([refused.status, refusal.code, refusal.retryable]).toEqual([409, "no_seats_available", true]);
    expect(await claimsOf(refusal.decision ?? "", TOKEN_TYPES.denial)).toMatchObject({ nonce });

    const own = `${leases}/${lease.id}`;
    const beat = { headers: first ?? {}, body: { fence: lease.fence, nonce } };
    expect((await host.ask("POST", `${own}/heartbeat`, beat)).status).toBe(200);
    const release = { headers: first ?? {}, body: { fence: lease.fence } };
    for (let time = 0; time < 2; time++) {
      const gone = await host.ask("POST", `${own}/release`, release);
      expect(releaseResponse.parse(gone.json()).lease).toEqual({ id: lease.id, status: "released" });
    }
    expect(problem.parse((await host.ask("POST", `${own}/heartbeat`, beat)).json()).code).toBe(
      "lease_released",
    );
    const bob = { headers: second ?? {}, body: { holder: "bob", nonce } };
    expect((await host.ask("POST", leases, bob)).status).toBe(201);
  });

  test("of one tenant is nobody to another", async () => {
    const stranger = await createTenant(authority);
    const license = await createLicense(authority, tenant);
    const body = bodyOf(license.licenseKey, `${name}-4`);
    const elsewhere = problem.parse(
      (await host.ask("POST", `/v1/${stranger.slug}/activations`, { body })).json(),
    );
    expect(elsewhere.code).toBe("license_not_found");

    const { token } = activationResponse.parse(
      (await host.ask("POST", `/v1/${tenant.slug}/activations`, { body })).json(),
    );
    const path = `/v1/${stranger.slug}/activations/${publicId("activation", newUuid())}/refresh`;
    const refused = await host.ask("POST", path, {
      headers: { authorization: `Bearer ${token}` },
      body: { nonce: "0123456789abcdef" },
    });
    expect(refused.status).toBe(401);
  });

  test("finds the tenant by its id as well as by its slug", async () => {
    const bySlug = await host.ask("GET", `/v1/${tenant.slug}/trust`);
    const byId = await host.ask("GET", `/v1/${publicId("tenant", tenant.tenantId)}/trust`);
    expect(byId.status).toBe(200);
    expect(byId.text).toBe(bySlug.text);
  });
});
