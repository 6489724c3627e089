import { afterAll, beforeAll, expect, test } from "vitest";
import { writeRequestCode } from "#sdk/offline-code.ts";
import { SignetError } from "../domain/errors.ts";
import { publicId } from "../domain/ids.ts";
import type { PolicyRules } from "../domain/policy.ts";
import { newUuid, randomSecret } from "../platform/ids.ts";
import {
  type Authority,
  createAuthority,
  createCatalog,
  createVendor,
  issueOne,
} from "../testing/authority.ts";
import type { TestDatabase } from "../testing/cluster.ts";
import { createTestDatabase } from "../testing/database.ts";
import { createOfflineDevice, readResponse, use } from "../testing/offline-device.ts";
import { METER_RULES } from "../testing/usage.ts";
import type { Bearer } from "./offline-look.ts";

const RULES: Partial<PolicyRules> = {
  activationsMax: 2,
  offlineAllowed: true,
  offlineDaysMax: 30,
  meters: { "render-minutes": { ...METER_RULES, periodCredits: 100 } },
};
let database: TestDatabase;
let authority: Authority;
let vendor: Awaited<ReturnType<typeof openVendor>>;

beforeAll(async () => {
  database = await createTestDatabase();
  authority = createAuthority(database.appUrl);
  vendor = await openVendor();
});
afterAll(async () => {
  await authority.close();
  await database.drop();
});

/** A vendor with two customers, and a person of each. */
async function openVendor() {
  const { tenantId, actor } = await createVendor(authority);
  const catalog = await createCatalog(authority, actor, RULES);
  const { id: otherId } = await authority.customers.create(actor, {
    name: "Fabrikam",
    email: null,
    note: "",
  });
  const person = async (customerId: string): Promise<Bearer> => {
    const userId = newUuid();
    const user = { id: userId, email: `${userId}@example.com`, name: "A person" };
    await authority.database.prisma.user.create({ data: user });
    return { tenantId, userId, customerId };
  };
  return { tenantId, actor, catalog, mine: await person(catalog.customerId), other: await person(otherId) };
}

/** A license of the first customer's, and what is written down of it. */
async function scene() {
  const { actor, catalog } = vendor;
  const license = await issueOne(authority, actor, catalog);
  const audited = async (action: string) => {
    const { items } = await authority.audit.list(actor, { action, limit: 50 });
    return items.filter(({ subjectId }) => subjectId === license.id);
  };
  return { ...vendor, license, audited };
}

const look = (bearer: Bearer, text: string, licenseId?: string) =>
  authority.offlineDesk.look(bearer, { text, licenseId });
const take = (bearer: Bearer, text: string, more: { licenseId?: string; name?: string } = {}) =>
  authority.offlineDesk.take(bearer, { text, ...more, licenseId: more.licenseId });

async function refusal(work: Promise<unknown>) {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof SignetError)) throw new Error("it was not refused");
  return { code: error.code, message: error.message };
}

const countDevices = (tenantId: string, id: string) =>
  authority.database.withTenant(tenantId, async (tx) => {
    const license = await tx.license.findUniqueOrThrow({ where: { tenantId_id: { tenantId, id } } });
    return license.activationCount;
  });

test("a customer is told what a request asks for before anything is done, and its answer names them in the audit log", async () => {
  const { mine, license, tenantId, audited } = await scene();
  const device = await createOfflineDevice("press");
  const wanted = [{ id: newUuid(), meter: "render-minutes", amount: 40 }];
  const text = await device.request(license.key, { metadata: { name: "Press 3" }, tickets: wanted });

  expect(await look(mine, text)).toMatchObject({
    kind: "request",
    device: { name: "Press 3" },
    offlineDays: 30,
    tickets: [{ unit: "minutes", amount: 40, available: 100 }],
    prospect: { outcome: "new" },
    license: { activationCount: 0, activationsMax: 2 },
  });
  expect(await countDevices(tenantId, license.id)).toBe(0);

  const taken = await take(mine, text);
  expect(taken).toMatchObject({ kind: "response", by: "file", replayed: false, device: "Press 3" });
  expect(taken).toMatchObject({ tickets: [{ amount: 40, refusedBy: null }] });
  if (taken.kind !== "response") throw new Error("a response is expected");
  expect(readResponse(taken.text).license).toBe(publicId("license", license.id));
  expect(await audited("license.offline_activated")).toMatchObject([
    { actorUserId: mine.userId, subjectId: license.id, after: { device: "Press 3", by: "file" } },
  ]);
  expect(await look(mine, text)).toMatchObject({ prospect: { outcome: "again" } });
});

test("a request brought in many tabs at once takes one slot, gets one response, and is written down once", async () => {
  const { mine, license, tenantId, audited } = await scene();
  const text = await (await createOfflineDevice("tabs")).request(license.key);
  const answers = await Promise.all(Array.from({ length: 8 }, () => take(mine, text)));
  const again = await take(mine, text);
  const texts = [...answers, again].map((each) => (each.kind === "response" ? each.text : ""));
  expect(new Set(texts).size).toBe(1);
  expect([...answers, again].filter(({ replayed }) => !replayed)).toHaveLength(1);
  expect(await countDevices(tenantId, license.id)).toBe(1);
  expect(await audited("license.offline_activated")).toHaveLength(1);
});

test("another customer's file is answered as one of nobody's license, and changes nothing", async () => {
  const { mine, other, license, tenantId, audited } = await scene();
  const elsewhere = await openVendor();
  const foreignLicense = await issueOne(authority, elsewhere.actor, elsewhere.catalog);
  const device = await createOfflineDevice("theirs");
  const theirs = await device.request(license.key);
  const ofAnotherVendor = await device.request(foreignLicense.key);

  const foreign = await refusal(take(other, theirs));
  expect(foreign.code).toBe("license_not_found");
  expect(await refusal(look(other, theirs))).toEqual(foreign);
  expect(await refusal(take(other, ofAnotherVendor))).toEqual(foreign);
  expect(await refusal(look(other, await writeRequestCode(codeRequest()), license.id))).toEqual(foreign);
  expect(await countDevices(tenantId, license.id)).toBe(0);

  const taken = await take(mine, theirs);
  if (taken.kind !== "response") throw new Error("a response is expected");
  const { sub: activation, nonce } = readResponse(taken.text);
  const unknown = await refusal(take(other, await device.deactivation(publicId("activation", newUuid()))));
  expect(unknown.code).toBe("activation_not_found");
  expect(await refusal(take(other, await device.deactivation(activation)))).toEqual(unknown);
  expect(await refusal(take(other, await device.journal(activation, [use("t", 1)])))).toEqual(unknown);
  const exchange = { device: device.thumbprint, nonce };
  expect((await refusal(authority.offlineDesk.response(other, exchange))).code).toBe("not_found");
  expect((await authority.offlineDesk.exchanges(other, { limit: 10 })).items).toEqual([]);
  expect(await countDevices(tenantId, license.id)).toBe(1);
  expect(await audited("license.offline_deactivated")).toEqual([]);
});

test("what is damaged, forged or no file at all is refused with a sentence that says what to do", async () => {
  const { mine, license } = await scene();
  const device = await createOfflineDevice("damaged");
  const text = await device.request(license.key);
  const [begin = "", ...body] = text.trimEnd().split("\n");
  const cut = [begin, ...body.slice(0, -1)].join("\n");
  const forged = await (await createOfflineDevice("forger")).request(license.key, {
    deviceKey: device.deviceKey,
  });
  const two = `${text}\n${await device.deactivation(publicId("activation", newUuid()))}`;
  const sentences = await Promise.all(
    [cut, forged, two, "hello, is this the license office?", "ABCDE FGHJK 12345"].map((each) =>
      refusal(look(mine, each)),
    ),
  );
  expect(new Set(sentences.map(({ code }) => code))).toEqual(new Set(["offline_request_invalid"]));
  expect(sentences.map(({ message }) => message)).toEqual([
    expect.stringContaining("cut off"),
    expect.stringContaining("changed after it was signed"),
    expect.stringContaining("more than one file"),
    expect.stringContaining("none of the files"),
    expect.stringMatching(/mistyped|missing|not right/),
  ]);
});

test("over the limit it is said before, refused, and not written down", async () => {
  const { mine, license, audited } = await scene();
  for (const name of ["one", "two"])
    await take(mine, await (await createOfflineDevice(name)).request(license.key));
  const third = await (await createOfflineDevice("three")).request(license.key);
  expect(await look(mine, third)).toMatchObject({
    prospect: { outcome: "refused", code: "activation_limit_reached" },
    license: { activationCount: 2 },
  });
  expect((await refusal(take(mine, third))).code).toBe("activation_limit_reached");
  expect(await audited("license.offline_activated")).toHaveLength(2);
  const again = await (await createOfflineDevice("one")).request(license.key);
  expect(await look(mine, again)).toMatchObject({ prospect: { outcome: "known" } });
});

test("a device given up by file frees its slot once, and its response is handed out no more", async () => {
  const { mine, license, tenantId, audited } = await scene();
  const device = await createOfflineDevice("leaving");
  const taken = await take(mine, await device.request(license.key));
  if (taken.kind !== "response") throw new Error("a response is expected");
  const { sub: activation, nonce } = readResponse(taken.text);
  const exchange = { device: device.thumbprint, nonce };
  expect(await authority.offlineDesk.response(mine, exchange)).toEqual({ by: "file", text: taken.text });
  expect(await audited("license.offline_response_read")).toMatchObject([{ actorUserId: mine.userId }]);

  const receipt = await device.deactivation(activation);
  expect(await look(mine, receipt)).toMatchObject({ prospect: { outcome: "frees" }, lacksJournal: false });
  const freed = await Promise.all(Array.from({ length: 4 }, () => take(mine, receipt)));
  expect(freed.filter(({ replayed }) => !replayed)).toHaveLength(1);
  expect(await audited("license.offline_deactivated")).toHaveLength(1);
  expect(await countDevices(tenantId, license.id)).toBe(0);
  expect(await look(mine, receipt)).toMatchObject({ prospect: { outcome: "again" } });
  expect((await refusal(authority.offlineDesk.response(mine, exchange))).code).toBe("activation_not_found");
});

test("a journal is told in units before it is recorded, and recorded once", async () => {
  const { mine, license, audited } = await scene();
  const device = await createOfflineDevice("worker");
  const ticket = newUuid();
  const wanted = [{ id: ticket, meter: "render-minutes", amount: 40 }];
  const taken = await take(mine, await device.request(license.key, { tickets: wanted }));
  if (taken.kind !== "response") throw new Error("a response is expected");
  const { sub: activation } = readResponse(taken.text);
  const journal = await device.journal(activation, [use(ticket, 7), use(ticket, 5, true)]);
  expect(await look(mine, journal)).toMatchObject({
    first: 1,
    last: 2,
    recorded: 0,
    used: [{ unit: "minutes", amount: 12 }],
  });
  const recorded = await take(mine, journal);
  expect(recorded).toMatchObject({
    kind: "recorded",
    replayed: false,
    meters: [{ journaled: 12, charged: 12 }],
  });
  expect(await take(mine, journal)).toMatchObject({ kind: "recorded", replayed: true });
  expect(await look(mine, journal)).toMatchObject({ recorded: 2, used: [] });
  expect(await audited("license.journal_recorded")).toMatchObject([{ actorUserId: mine.userId }]);
});

test("a typed code is answered for the license that is chosen, with a name that the code has no room for", async () => {
  const { mine, license, tenantId } = await scene();
  const code = await writeRequestCode(codeRequest());
  const offered = await look(mine, code);
  if (offered.kind !== "codeWithoutLicense") throw new Error("a license is to be chosen");
  expect(offered.licenses.map(({ id }) => id)).toContain(license.id);
  expect((await refusal(take(mine, code))).code).toBe("offline_request_invalid");
  expect(await look(mine, code, license.id)).toMatchObject({ kind: "code", prospect: { outcome: "new" } });
  const taken = await take(mine, code, { licenseId: license.id, name: "Vault" });
  expect(taken).toMatchObject({ kind: "response", by: "code", device: "Vault", replayed: false });
  expect(await take(mine, code, { licenseId: license.id })).toMatchObject({ replayed: true });
  expect(await countDevices(tenantId, license.id)).toBe(1);
});

test("staff bring files for any customer's license", async () => {
  const { actor, license, audited } = await scene();
  const text = await (await createOfflineDevice("by staff")).request(license.key);
  expect(await take(actor, text)).toMatchObject({
    kind: "response",
    license: { customer: { name: "Northwind" } },
  });
  expect(await audited("license.offline_activated")).toMatchObject([{ actorUserId: actor.userId }]);
  const { items } = await authority.offlineDesk.exchanges(actor, { licenseId: license.id, limit: 10 });
  expect(items).toMatchObject([{ isLive: true, answeredAt: expect.any(Date) }]);
});

function codeRequest() {
  return { x: randomSecret(32), fingerprint: randomSecret(12), salt: randomSecret(4) };
}
