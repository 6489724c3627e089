import { hash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseLicenseKey } from "#sdk/license-key.ts";
import { readArmour } from "#sdk/offline-armour.ts";
import { writeDeviceFile } from "#sdk/offline-file.ts";
import type { ActivationClaims, TicketClaims } from "#sdk/wire.ts";
import { activateItem, subjectOf } from "#server/activations/request.ts";
import { publicId } from "#server/domain/ids.ts";
import type { PolicyRules } from "#server/domain/policy.ts";
import { newUuid, randomSecret } from "#server/platform/ids.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import {
  createLicense,
  createRuntime,
  createTenant,
  type Runtime,
  type TestTenant,
} from "#server/testing/fixtures.ts";
import { createOfflineDevice, readResponse } from "#server/testing/offline-device.ts";
import { TestClock } from "#server/testing/test-clock.ts";
import { METER_RULES } from "#server/testing/usage.ts";
import { createOfflineStore, type OfflineActivateRow } from "./offline-store.ts";
import { createOffline } from "./service.ts";

const DAY_SECONDS = 86_400;
let testDatabase: TestDatabase;
let runtime: Runtime;
let other: Runtime;
let tenant: TestTenant;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  runtime = createRuntime(testDatabase.appUrl);
  // A second server on the same database.
  other = createRuntime(testDatabase.appUrl, runtime.clock);
  tenant = await createTenant(runtime);
});
afterAll(async () => {
  await Promise.all([runtime.close(), other.close()]);
  await testDatabase.drop();
});

const license = (change: Partial<PolicyRules> = {}) =>
  createLicense(runtime, tenant, { activationsMax: 1, offlineAllowed: true, offlineDaysMax: 30, ...change });

const upload = (text: string, at: Pick<Runtime, "offline"> = runtime, correlationId = "cor_carried") =>
  at.offline.activate(tenant.tenantId, { text, correlationId });

async function granted(text: string, at: Pick<Runtime, "offline"> = runtime) {
  const { decision } = await upload(text, at);
  if (decision.outcome === "denied") throw new Error(`denied: ${decision.code}`);
  return decision.value;
}

async function code(text: string, at?: Runtime) {
  const { decision } = await upload(text, at);
  return decision.outcome === "denied" ? decision.code : "granted";
}

const claimsOf = <Claims>(jws: string): Claims =>
  JSON.parse(Buffer.from(jws.split(".")[1] ?? "", "base64url").toString());

const readLicense = (id: string) =>
  runtime.database.withTenant(tenant.tenantId, (tx) =>
    tx.license.findUniqueOrThrow({ where: { tenantId_id: { tenantId: tenant.tenantId, id } } }),
  );

test("a request file gets a response with a token for its device, nonce and request, the certificate and the trust bundle", async () => {
  const { id, licenseKey } = await license();
  const device = await createOfflineDevice("air-gapped");
  const claims = device.requestClaims(licenseKey);
  const text = await writeDeviceFile("request", claims, device.privateKey);
  const armour = readArmour("request", text);
  const answer = await granted(text);
  const response = readResponse(answer.response);
  const bound = {
    nonce: claims.nonce,
    req: hash("sha256", armour.ok ? armour.jws : "", "base64url"),
    cnf: { jkt: device.thumbprint },
    license: publicId("license", id),
    sub: publicId("activation", answer.activationId),
  };
  expect(response).toMatchObject(bound);
  const token = claimsOf<ActivationClaims>(response.token);
  expect(token).toMatchObject(bound);
  expect(token.exp - token.iat).toBe(30 * DAY_SECONDS);
  expect([response.exp, answer.expiresAt.getTime() / 1000]).toEqual([token.exp, token.exp]);
  expect(await runtime.trust.verifyActivationToken(tenant.tenantId, response.token)).toMatchObject({
    licenseId: id,
  });
  expect(claimsOf(response.certificate)).toMatchObject({
    sub: publicId("license", id),
    offline: { allowed: true },
  });
  expect(response.bundle).toBe((await runtime.trust.currentBundle(tenant.tenantId)).jws);
});

test("the same request gets the same bytes again, from another server too and however its text was wrapped, and takes no second slot", async () => {
  const { id, licenseKey } = await license();
  const text = await (await createOfflineDevice("again")).request(licenseKey);
  const first = await granted(text);
  const mailed = `Hello,\r\n\r\n> ${text.replaceAll("\n", "\r\n> ")}\r\nThanks`;
  const again = [await granted(text), await granted(mailed, other)];
  expect(again.map((each) => each.response)).toEqual([first.response, first.response]);
  expect([first, ...again].map((each) => each.replayed)).toEqual([false, true, true]);
  expect((await readLicense(id)).activationCount).toBe(1);
});

test("a hundred uploads of one request at two servers at once take one slot, reserve once, and get one response", async () => {
  const { id, licenseKey } = await license({ meters: { credits: { ...METER_RULES, periodCredits: 100 } } });
  const wanted = { id: newUuid(), meter: "credits", amount: 40 };
  const text = await (await createOfflineDevice("crowd")).request(licenseKey, { tickets: [wanted] });
  const answers = await Promise.all(
    [...Array(100).keys()].map((n) => granted(text, n % 2 ? other : runtime)),
  );
  expect(new Set(answers.map((each) => each.response)).size).toBe(1);
  expect(answers.filter((each) => !each.replayed).length).toBe(1);
  expect((await readLicense(id)).activationCount).toBe(1);
  const [account] = await runtime.database.withTenant(tenant.tenantId, (tx) =>
    runtime.credits.accounts(tx, tenant.tenantId, id),
  );
  expect(account).toMatchObject({ reserved: 40, balance: 60 });
});

test("servers that decide about one request at once wait for each other, so that none has to be tried again", async () => {
  const { licenseKey } = await license();
  const request = (await createOfflineDevice("direct")).requestClaims(licenseKey);
  const subject = subjectOf({ ...request, requestHash: "r".repeat(43), correlationId: "cor_direct" });
  const key = parseLicenseKey(licenseKey);
  const cipher = await runtime.vault.cipher(tenant.tenantId);
  const keyHash = cipher.keyedHash("license-key", key.ok ? key.body : "").toString("hex");
  const rows = await Promise.all(
    [...Array(8).keys()].map(() => {
      const item = {
        ...activateItem(request, subject, keyHash),
        nonce: request.nonce,
        request_hash: subject.requestHash,
      };
      const values = [tenant.tenantId, runtime.clock.now(), JSON.stringify(item)];
      return runtime.database.pool.query<OfflineActivateRow>(
        "SELECT * FROM activate_offline($1, $2, $3)",
        values,
      );
    }),
  );
  expect(new Set(rows.map((each) => each.rows[0]?.activation_id)).size).toBe(1);
  expect(rows.filter((each) => each.rows[0]?.created).length).toBe(1);
});

test.each(["after the device was activated", "after its tickets were reserved"])(
  "a server that ends %s leaves what the same request completes elsewhere, without a second slot or reservation",
  async (when) => {
    const { id, licenseKey } = await license({ meters: { credits: { ...METER_RULES, periodCredits: 100 } } });
    const wanted = { id: newUuid(), meter: "credits", amount: 40 };
    const text = await (await createOfflineDevice(when)).request(licenseKey, { tickets: [wanted] });
    const store = createOfflineStore(runtime.database.pool, runtime.clock);
    const ended = () => Promise.reject(new Error("the server ended"));
    const doomed = createOffline({
      ...runtime,
      store: { ...store, answer: ended },
      usage: when.includes("tickets") ? runtime.usage : { ...runtime.usage, issue: ended },
    });
    await expect(upload(text, { offline: doomed })).rejects.toThrow("the server ended");
    expect((await readLicense(id)).activationCount).toBe(1);
    const answer = await granted(text, other);
    expect(answer.tickets).toEqual([{ id: wanted.id, outcome: "issued" }]);
    expect((await granted(text)).response).toBe(answer.response);
    expect((await readLicense(id)).activationCount).toBe(1);
    const [account] = await runtime.database.withTenant(tenant.tenantId, (tx) =>
      runtime.credits.accounts(tx, tenant.tenantId, id),
    );
    expect(account).toMatchObject({ reserved: 40, balance: 60 });
  },
);

test("a nonce of a device answers one request only, also when two of them arrive at once for two licenses", async () => {
  const device = await createOfflineDevice("reused");
  const nonce = randomSecret(16);
  const [first, second] = [await license(), await license()];
  const texts = [
    await device.request(first.licenseKey, { nonce }),
    await device.request(second.licenseKey, { nonce }),
  ];
  const outcomes = await Promise.all(texts.map((text, n) => code(text, n ? other : runtime)));
  expect(outcomes.toSorted()).toEqual(["granted", "offline_request_replayed"]);
  const counts = [await readLicense(first.id), await readLicense(second.id)].map(
    (row) => row.activationCount,
  );
  expect(counts.toSorted()).toEqual([0, 1]);
  const stranger = await createOfflineDevice("stranger");
  expect(await code(await stranger.request((await license()).licenseKey, { nonce }))).toBe("granted");
});

test("every refusal of an activation is one of a request file too, and only where the policy allows offline use is it answered", async () => {
  const device = await createOfflineDevice("refused");
  const { id, licenseKey } = await license();
  const request = (change = {}) => device.request(licenseKey, change);
  const set = (data: object) =>
    runtime.database.withTenant(tenant.tenantId, (tx) =>
      tx.license.update({ where: { tenantId_id: { tenantId: tenant.tenantId, id } }, data }),
    );
  expect(await code(await device.request((await license({ offlineAllowed: false })).licenseKey))).toBe(
    "offline_not_allowed",
  );
  expect(await code(await request({ product: "other" }))).toBe("product_mismatch");
  const elsewhere = await createLicense(runtime, await createTenant(runtime), { offlineAllowed: true });
  expect(await code(await device.request(elsewhere.licenseKey))).toBe("license_not_found");
  const answered = await request();
  expect(await code(answered)).toBe("granted");
  const another = await createOfflineDevice("another");
  expect(await code(await another.request(licenseKey))).toBe("activation_limit_reached");
  // What changes after a request was answered holds for the same request too.
  await set({ suspendedAt: runtime.clock.now() });
  expect([await code(answered), await code(await request())]).toEqual([
    "license_suspended",
    "license_suspended",
  ]);
  await set({ suspendedAt: null, effective: { ...(await license()).rules, offlineAllowed: false } });
  expect(await code(answered)).toBe("offline_not_allowed");
  await set({ revokedAt: runtime.clock.now() });
  expect(await code(answered)).toBe("license_revoked");
});

test("a request of a device that was deactivated since is not answered again, and takes no slot", async () => {
  const { id, licenseKey } = await license();
  const text = await (await createOfflineDevice("gone")).request(licenseKey);
  const { activationId } = await granted(text);
  await runtime.activations.deactivate(tenant.tenantId, { activationId, correlationId: "cor_deactivate" });
  expect(await code(text)).toBe("activation_not_found");
  expect((await readLicense(id)).activationCount).toBe(0);
});

test("the token lasts for the offline days, and never beyond the license's grace or its key", async () => {
  const clock = new TestClock("2030-01-01");
  const own = createRuntime(testDatabase.appUrl, clock);
  const lifetime = async (rules: Partial<PolicyRules>) => {
    const { licenseKey } = await createLicense(own, tenant, { offlineAllowed: true, ...rules });
    const { response } = await granted(await (await createOfflineDevice("long")).request(licenseKey), own);
    const { iat, exp } = claimsOf<ActivationClaims>(readResponse(response).token);
    return (exp - iat) / DAY_SECONDS;
  };
  const ends = { type: "subscription", durationDays: 20, graceDays: 5 } as const;
  expect(await lifetime({ offlineDaysMax: 7, ...ends })).toBe(7);
  expect(await lifetime({ offlineDaysMax: 90, ...ends })).toBe(25);
  expect(await lifetime({ offlineDaysMax: null, ...ends })).toBe(25);
  expect(await lifetime({ offlineDaysMax: null })).toBe(3 * 365);
  await own.close();
});

test("tickets are answered one by one and last as long as the token; a refused one leaves the activation as it is", async () => {
  const { licenseKey } = await license({
    offlineDaysMax: 60,
    meters: { credits: { ...METER_RULES, periodCredits: 100, ticketAmountMax: 80 } },
  });
  const wanted = [
    { id: newUuid(), meter: "credits", amount: 70 },
    { id: newUuid(), meter: "credits", amount: 70 },
    { id: newUuid(), meter: "nothing", amount: 1 },
    { id: newUuid(), meter: "credits", amount: 81 },
    { id: newUuid(), meter: "credits", amount: 30 },
  ];
  const answer = await granted(
    await (await createOfflineDevice("hungry")).request(licenseKey, { tickets: wanted }),
  );
  const response = readResponse(answer.response);
  expect(answer.tickets.map((each) => (each.outcome === "denied" ? each.code : each.outcome))).toEqual([
    "issued",
    "insufficient_credits",
    "meter_not_entitled",
    "ticket_amount_exceeded",
    "issued",
  ]);
  expect(response.tickets.map(({ id }) => id)).toEqual(wanted.map(({ id }) => id));
  const [first] = response.tickets;
  if (first?.outcome !== "issued") throw new Error("the first ticket is not there");
  const ticket = claimsOf<TicketClaims>(first.token);
  expect(ticket).toMatchObject({
    sub: wanted[0]?.id,
    amount: 70,
    exp: response.exp,
    activation: response.sub,
  });
});

test("each decision leaves an event under the upload's correlation id, and the response rests sealed", async () => {
  const { id, licenseKey } = await license({ meters: { credits: METER_RULES } });
  const device = await createOfflineDevice("told");
  const text = await device.request(licenseKey, {
    tickets: [{ id: newUuid(), meter: "credits", amount: 5 }],
  });
  await upload(text, runtime, "cor_first");
  await upload(text, runtime, "cor_second");
  const [events, exchange] = await runtime.database.withTenant(tenant.tenantId, async (tx) => [
    await tx.runtimeEvent.findMany({
      where: { tenantId: tenant.tenantId, licenseId: id },
      orderBy: { id: "asc" },
    }),
    await tx.offlineExchange.findFirstOrThrow({ where: { tenantId: tenant.tenantId, licenseId: id } }),
  ]);
  expect(
    events.map(({ operation, outcome, correlationId }) => `${operation} ${outcome} ${correlationId}`),
  ).toEqual([
    "offline_activate granted cor_first",
    "ticket denied cor_first",
    "offline_answer granted cor_first",
    "offline_activate granted cor_second",
  ]);
  expect(Buffer.from(exchange.responseCipher ?? []).includes("SIGNET")).toBe(false);
});
