import { hash } from "node:crypto";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readArmour } from "#sdk/offline-armour.ts";
import { openTrustBundle } from "#sdk/trust-bundle.ts";
import { verifyToken } from "#sdk/verify.ts";
import { publicId } from "#server/domain/ids.ts";
import { newUuid } from "#server/platform/ids.ts";
import { type Authority, createAuthority } from "#server/testing/authority.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { createLicense, createTenant, type TestTenant } from "#server/testing/fixtures.ts";
import { createOfflineDevice, readResponse, use } from "#server/testing/offline-device.ts";
import { METER_RULES } from "#server/testing/usage.ts";
import { deactivateResponse, problem } from "./schemas.ts";
import { offlineActivationResponse, offlineJournalResponse } from "./schemas-offline.ts";
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

describe.each(Object.entries(HOSTS))("a machine without a network behind %s", (name, start) => {
  let host: Host;
  beforeAll(async () => {
    host = await start({ ...authority, log: pino({ level: "silent" }) });
  });
  afterAll(() => host.stop());
  const post = (path: string, body: object | string) =>
    host.ask("POST", `/v1/${tenant.slug}/offline/${path}`, { body });

  test("is activated by file, spends its tickets, and gives its slot up by file", async () => {
    const { licenseKey, id } = await createLicense(authority, tenant, {
      activationsMax: 1,
      offlineAllowed: true,
      offlineDaysMax: 30,
      meters: { credits: { ...METER_RULES, periodCredits: 100 } },
    });
    const device = await createOfflineDevice(name);
    const ticket = { id: newUuid(), meter: "credits", amount: 40 };
    const request = await device.request(licenseKey, { tickets: [ticket] });
    const first = await post("activations", { request });
    const again = await post("activations", {
      request: `As mailed:\r\n${request.replaceAll("\n", "\r\n> ")}`,
    });
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect(again.text).toBe(first.text);

    // What the machine does: it believes the snapshot by its root key, and the rest by the snapshot.
    const answer = offlineActivationResponse.parse(first.json());
    const response = readResponse(answer.response);
    const now = authority.clock.now().getTime();
    const bundle = await openTrustBundle(response.bundle, await authority.trust.rootKey(tenant.tenantId), {
      now,
    });
    const token = await verifyToken(response.token, "activation", bundle, {
      audience: "renderer",
      now,
      nonce: response.nonce,
      req: response.req,
      deviceKey: device.thumbprint,
    });
    expect(token.license).toBe(publicId("license", id));
    await verifyToken(response.certificate, "license", bundle, { audience: "renderer", now });

    const journal = await device.journal(token.sub, [use(ticket.id, 12, true)]);
    const recorded = await post("journals", { journal });
    expect(recorded.status).toBe(201);
    const { tickets } = offlineJournalResponse.parse(recorded.json());
    expect(tickets).toMatchObject([{ ticket: ticket.id, charged: 12, status: "settled" }]);
    expect((await post("journals", { journal })).status).toBe(200);

    const receipt = await device.deactivation(token.sub);
    for (let time = 0; time < 2; time++) {
      const gone = await post("deactivations", { receipt });
      expect(gone.status).toBe(200);
      expect(deactivateResponse.parse(gone.json()).activation).toEqual({
        id: token.sub,
        status: "deactivated",
      });
    }
    const other = await createOfflineDevice(`${name}-2`);
    expect((await post("activations", { request: await other.request(licenseKey) })).status).toBe(201);
  });

  test("hears what is wrong with its file, and a refusal of its license is signed", async () => {
    const { licenseKey } = await createLicense(authority, tenant, { offlineAllowed: false });
    const device = await createOfflineDevice(`${name}-3`);
    const request = await device.request(licenseKey);
    const refused = problem.parse((await post("activations", { request })).json());
    expect(refused).toMatchObject({ status: 403, code: "offline_not_allowed" });
    const now = authority.clock.now().getTime();
    const { jws } = await authority.trust.currentBundle(tenant.tenantId);
    const bundle = await openTrustBundle(jws, await authority.trust.rootKey(tenant.tenantId), { now });
    expect(
      await verifyToken(refused.decision ?? "", "denial", bundle, { audience: "renderer", now }),
    ).toMatchObject({
      code: "offline_not_allowed",
    });

    const mistaken: [string, object, string][] = [
      ["activations", { request: request.slice(0, 200) }, "cut off"],
      ["activations", { request: await device.deactivation("act_x") }, "This is a deactivation receipt"],
      ["activations", { request: await device.request(licenseKey.slice(0, -1)) }, "licenseKey"],
      ["activations", { request: await device.request(licenseKey, { nonce: "short" }) }, "nonce must be"],
      ["deactivations", { receipt: await device.deactivation("act_x") }, "activation is not a"],
      ["journals", { journal: await device.journal("act_01h455vb4pex5vsknk084sn02q", []) }, "entries"],
    ];
    for (const [path, body, words] of mistaken) {
      const found = problem.parse((await post(path, body)).json());
      expect(found).toMatchObject({ status: 422, code: "offline_request_invalid" });
      expect(found.detail).toContain(words);
    }
  });

  test("is refused by a signed denial about its device, once what the file says was decided", async () => {
    const { licenseKey } = await createLicense(authority, tenant, {
      offlineAllowed: true,
      offlineDaysMax: 30,
      selfServiceDeactivation: false,
    });
    const device = await createOfflineDevice(`${name}-4`);
    const request = await device.request(licenseKey);
    const { activation } = offlineActivationResponse.parse((await post("activations", { request })).json());
    const stranger = await createOfflineDevice(`${name}-5`);
    const gap = await device.journal(activation.id, [use("a", 1), use("b", 1), use("c", 1)], { first: 3 });
    const refusals: [string, object, string, string][] = [
      ["deactivations", { receipt: await device.deactivation(activation.id) }, "forbidden", "not allowed"],
      [
        "deactivations",
        { receipt: await stranger.deactivation(activation.id) },
        "activation_not_found",
        "activat",
      ],
      ["journals", { journal: gap }, "offline_request_invalid", "Entries 1 to 2 are missing"],
    ];
    const now = authority.clock.now().getTime();
    const { jws } = await authority.trust.currentBundle(tenant.tenantId);
    const bundle = await openTrustBundle(jws, await authority.trust.rootKey(tenant.tenantId), { now });
    for (const [path, body, code, words] of refusals) {
      const text = JSON.stringify(body);
      const refused = problem.parse((await post(path, text)).json());
      expect(refused.code).toBe(code);
      expect(refused.detail).toContain(words);
      const denial = await verifyToken(refused.decision ?? "", "denial", bundle, {
        audience: publicId("tenant", tenant.tenantId),
        subject: activation.id,
        req: hash("sha256", text, "base64url"),
        now,
      });
      expect([denial.code, typeof denial.nonce]).toEqual([
        code,
        path === "journals" ? "undefined" : "string",
      ]);
    }
  });

  test("can be brought the security snapshot as a file", async () => {
    const answer = await host.ask("GET", `/v1/${tenant.slug}/offline/snapshot`);
    expect(answer.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    const armour = readArmour("snapshot", answer.text);
    expect(armour).toEqual({ ok: true, jws: (await authority.trust.currentBundle(tenant.tenantId)).jws });
  });
});
