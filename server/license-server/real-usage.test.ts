import { hash } from "node:crypto";
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TOKEN_TYPES } from "#sdk/wire.ts";
import { publicId } from "#server/domain/ids.ts";
import { type Authority, createAuthority } from "#server/testing/authority.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { activateRequest, createLicense, createTenant, type TestTenant } from "#server/testing/fixtures.ts";
import { METER_RULES } from "#server/testing/usage.ts";
import { activationResponse, problem } from "./schemas.ts";
import { balancesResponse, ticketEndResponse, ticketResponse, usageResponse } from "./schemas-usage.ts";
import { type Answer, HOSTS, type Host } from "./testing/hosts.ts";

const METER = "credits";
const OCCURRED = { meter: METER, occurredAt: "2030-01-01T00:00:00.000Z" };
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

describe.each(Object.entries(HOSTS))("a licensed device behind %s", (name, start) => {
  let host: Host;
  beforeAll(async () => {
    host = await start({ ...authority, log: pino({ level: "silent" }) });
  });
  afterAll(() => host.stop());

  /** A device of a license with 100 credits. */
  async function device(label: string) {
    const license = await createLicense(authority, tenant, {
      activationsMax: 1,
      meters: { [METER]: { ...METER_RULES, periodCredits: 100 } },
    });
    const { requestHash: _hash, correlationId: _id, ...body } = activateRequest(license.licenseKey, label);
    const activated = await host.ask("POST", `/v1/${tenant.slug}/activations`, { body });
    const { activation, token } = activationResponse.parse(activated.json());
    const headers = { authorization: `Bearer ${token}` };
    return {
      licenseId: license.id,
      activationId: activation.id,
      post: (path: string, sent?: unknown) =>
        host.ask("POST", `/v1/${tenant.slug}/${path}`, { headers, body: sent }),
      async balance() {
        const answer = await host.ask("GET", `/v1/${tenant.slug}/balances`, { headers });
        expect(answer.status).toBe(200);
        const [balance] = balancesResponse.parse(answer.json()).balances;
        return [balance?.granted, balance?.reserved, balance?.spent, balance?.available];
      },
    };
  }

  /** The claims of a token, verified as a plain JOSE client would. */
  async function claimsOf(token: string | undefined, typ: string) {
    const keys = (await host.ask("GET", `/v1/${tenant.slug}/.well-known/jwks.json`)).json();
    const verified = await jwtVerify(token ?? "", createLocalJWKSet(keys as JSONWebKeySet), {
      typ,
      algorithms: ["EdDSA"],
      issuer: publicId("tenant", tenant.tenantId),
      audience: "renderer",
      currentDate: authority.clock.now(),
    });
    return verified.payload;
  }

  async function denialOf(answer: Answer) {
    const refused = problem.parse(answer.json());
    const claims = await claimsOf(refused.decision, TOKEN_TYPES.denial);
    expect([claims.code, claims.cid]).toEqual([refused.code, refused.correlationId]);
    return { status: answer.status, code: refused.code, sub: claims.sub, req: claims.req };
  }

  test("reserves, settles in part and gets the rest back; asking again changes nothing and says so", async () => {
    const own = await device(`${name}-ticket`);
    const id = `${name} render/1`;
    const body = JSON.stringify({ id, meter: METER, amount: 60 });
    const issued = await own.post("tickets", body);
    expect([issued.status, issued.headers.get("idempotent-replayed")]).toEqual([201, null]);
    const { ticket, token, balance } = ticketResponse.parse(issued.json());
    expect([ticket.id, ticket.amount, balance]).toEqual([id, 60, 40]);
    expect(await claimsOf(token, TOKEN_TYPES.ticket)).toMatchObject({
      sub: id,
      license: publicId("license", own.licenseId),
      activation: own.activationId,
      amount: 60,
      req: hash("sha256", body, "base64url"),
      cid: issued.headers.get("x-correlation-id"),
    });
    const again = await own.post("tickets", body);
    expect([again.status, again.headers.get("idempotent-replayed")]).toEqual([200, "true"]);
    expect(ticketResponse.parse(again.json())).toMatchObject({ ticket, balance });
    expect(await own.balance()).toEqual([100, 60, 0, 40]);

    const path = `tickets/${encodeURIComponent(id)}`;
    const settled = await own.post(`${path}/settle`, { used: 25 });
    expect([settled.status, settled.headers.get("idempotent-replayed")]).toEqual([200, null]);
    const end = ticketEndResponse.parse(settled.json());
    expect(await claimsOf(end.receipt, TOKEN_TYPES.receipt)).toMatchObject({
      sub: id,
      kind: "settle",
      used: 25,
      balance: 75,
    });
    const settledAgain = await own.post(`${path}/settle`, { used: 25 });
    expect(settledAgain.headers.get("idempotent-replayed")).toBe("true");
    expect(ticketEndResponse.parse(settledAgain.json())).toMatchObject({ ticket: end.ticket, balance: 75 });
    expect(await denialOf(await own.post(`${path}/settle`, { used: 26 }))).toMatchObject({
      code: "ticket_settled",
      sub: id,
    });
    expect(await own.balance()).toEqual([100, 0, 25, 75]);
  });

  test("voids a ticket once, gets all of it back, and settles nothing of it afterwards", async () => {
    const own = await device(`${name}-void`);
    const id = `${name}-void`;
    expect((await own.post("tickets", { id, meter: METER, amount: 100 })).status).toBe(201);
    for (const replayed of [null, "true"]) {
      const voided = await own.post(`tickets/${id}/void`);
      expect([voided.status, voided.headers.get("idempotent-replayed")]).toEqual([200, replayed]);
      const { ticket, receipt } = ticketEndResponse.parse(voided.json());
      expect([ticket.status, ticket.used]).toEqual(["voided", 0]);
      expect(await claimsOf(receipt, TOKEN_TYPES.receipt)).toMatchObject({ kind: "void", balance: 100 });
    }
    expect((await denialOf(await own.post(`tickets/${id}/settle`, { used: 1 }))).code).toBe("ticket_voided");
    expect(await own.balance()).toEqual([100, 0, 0, 100]);
  });

  test("charges usage that is sent twice once, and refuses by itself what does not fit", async () => {
    const own = await device(`${name}-usage`);
    const events = [30, 80, 20].map((amount, at) => ({ id: `${name}-event-${at}`, amount, ...OCCURRED }));
    const first = usageResponse.parse((await own.post("usage", { events })).json());
    expect(first.events).toMatchObject([
      { outcome: "accepted", balance: 70 },
      { outcome: "denied", code: "insufficient_credits" },
      { outcome: "accepted", balance: 50 },
    ]);
    expect(await claimsOf(first.receipt, TOKEN_TYPES.receipt)).toMatchObject({
      kind: "usage",
      sub: publicId("license", own.licenseId),
      charges: [{ meter: METER, amount: 50, balance: 50 }],
    });

    const charged = events.filter(({ amount }) => amount !== 80);
    const second = await own.post("usage", { events: charged });
    expect(second.headers.get("idempotent-replayed")).toBe("true");
    expect(usageResponse.parse(second.json()).events.map(({ outcome }) => outcome)).toEqual([
      "duplicate",
      "duplicate",
    ]);
    const [changed] = charged.map((event) => ({ ...event, amount: event.amount + 1 }));
    const conflict = usageResponse.parse((await own.post("usage", { events: [changed] })).json());
    expect(conflict.events).toMatchObject([{ outcome: "denied", code: "idempotency_conflict" }]);
    expect(await own.balance()).toEqual([100, 0, 50, 50]);
  });

  test("is refused what it has no credits for, by a signed denial, and nothing is reserved", async () => {
    const own = await device(`${name}-over`);
    const body = JSON.stringify({ id: `${name}-over`, meter: METER, amount: 101 });
    expect(await denialOf(await own.post("tickets", body))).toEqual({
      status: 402,
      code: "insufficient_credits",
      sub: own.activationId,
      req: hash("sha256", body, "base64url"),
    });
    expect((await denialOf(await own.post("tickets", { id: "m", meter: "others", amount: 1 }))).code).toBe(
      "meter_not_entitled",
    );
    expect(await own.balance()).toEqual([100, 0, 0, 100]);
  });

  test("cannot touch another device's ticket: it answers as one that does not exist", async () => {
    const [own, other] = [await device(`${name}-own`), await device(`${name}-other`)];
    const id = `${name}-theirs`;
    expect((await own.post("tickets", { id, meter: METER, amount: 10 })).status).toBe(201);
    const foreign = await denialOf(await other.post(`tickets/${id}/settle`, { used: 10 }));
    const unknown = await denialOf(await other.post(`tickets/${name}-none/settle`, { used: 10 }));
    expect([foreign.status, foreign.code]).toEqual([404, "ticket_not_found"]);
    expect([unknown.status, unknown.code]).toEqual([404, "ticket_not_found"]);
    expect(await own.balance()).toEqual([100, 10, 0, 90]);
  });

  test("gets no credits once its license is suspended, but settles what it had reserved before", async () => {
    const own = await device(`${name}-suspended`);
    const id = `${name}-before`;
    expect((await own.post("tickets", { id, meter: METER, amount: 10 })).status).toBe(201);
    await authority.database.withTenant(tenant.tenantId, (tx) =>
      tx.license.update({
        where: { tenantId_id: { tenantId: tenant.tenantId, id: own.licenseId } },
        data: { suspendedAt: authority.clock.now() },
      }),
    );
    const events = [{ id: `${name}-late`, amount: 1, ...OCCURRED }];
    for (const answer of [
      await own.post("usage", { events }),
      await own.post("tickets", { id: `${name}-late`, meter: METER, amount: 1 }),
    ])
      expect((await denialOf(answer)).code).toBe("license_suspended");
    expect((await own.post(`tickets/${id}/settle`, { used: 10 })).status).toBe(200);
  });
});
