import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { publicId } from "../../server/domain/ids.ts";
import type { PolicyRules } from "../../server/domain/policy.ts";
import { isSignetError, type SignetOptions } from "./src/index.ts";
import { readResponseCode, writeResponseCode } from "./src/offline-code.ts";
import { AirGap, copyOf, DAY_MS } from "./testing/air-gap.ts";
import { RealServer } from "./testing/real-server.ts";

const FEATURES = { "export-4k": true, "watermark-off": false, "render-nodes": 8, tier: "studio" };

let server: RealServer;
let gap: AirGap;
let snapshot: string;
beforeAll(async () => {
  server = await RealServer.create();
  gap = new AirGap(server);
  snapshot = await gap.snapshot();
});
afterAll(() => server.end());

async function refusal(work: Promise<unknown>) {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!isSignetError(error)) throw new Error("It was not refused.", { cause: error });
  return error;
}

/** A machine whose installer brought a snapshot, and a program that knows what it asks about. */
const machine = (changes: Partial<SignetOptions> = {}) =>
  gap.machine({ snapshot, features: [...Object.keys(FEATURES), "unknown"], ...changes });

/** Types a code and a license key into the portal. */
const typed = (code: string, licenseKey: string, more: object = {}) =>
  gap.carryCode({ code, licenseKey, product: server.tenant.product, ...more });

async function answered(rules: Partial<PolicyRules> = {}) {
  const license = await gap.license({ features: FEATURES, ...rules });
  const own = machine();
  const request = await own.signet.offline.requestCode(license.licenseKey);
  const answer = await typed(request, license.licenseKey);
  return { ...own, license, request, answer, response: String(answer.code) };
}

describe("a room that no file may enter or leave", () => {
  test("activates by codes typed by hand, as short as they can be, and knows its features after a restart", async () => {
    const { signet, request, response, answer, restarted } = await answered();
    expect(answer).toMatchObject({ status: 201 });
    const activation = await signet.offline.importCode(response.toLowerCase().replaceAll(" ", "-"));
    expect(answer).toMatchObject({ activation: { id: activation.id } });
    for (const each of [activation, await restarted().signet.current()]) {
      expect([each.status, each.has("export-4k"), each.has("watermark-off")]).toEqual([
        "active",
        true,
        false,
      ]);
      expect([each.limit("render-nodes"), each.value("tier"), each.has("unknown")]).toEqual([
        8,
        "studio",
        false,
      ]);
      expect([each.id, each.license, each.customer]).toEqual([activation.id, undefined, undefined]);
    }
    const length = (code: string) => code.replaceAll(/\s/g, "").length;
    expect(length(request)).toBe(105);
    expect(length(response)).toBeLessThanOrEqual(190);
    const { response: short } = await answered({ features: {} });
    expect(length(short)).toBeLessThanOrEqual(160);
  });

  test("gets the same answer to the same code, and takes no second slot", async () => {
    const { license, request, response } = await answered({ activationsMax: 1 });
    expect(await typed(request, license.licenseKey.toLowerCase())).toMatchObject({
      status: 200,
      code: response,
    });
    const other = await machine().signet.offline.requestCode(license.licenseKey);
    expect(await typed(other, license.licenseKey)).toMatchObject({ code: "activation_limit_reached" });
  });

  test("activates again, with the id it has", async () => {
    const { signet, response, license, restarted } = await answered({ activationsMax: 1 });
    const { id } = await signet.offline.importCode(response);
    const again = await typed(await signet.offline.requestCode(license.licenseKey), license.licenseKey);
    expect((await signet.offline.importCode(String(again.code))).id).toBe(id);
    expect((await restarted().signet.current()).id).toBe(id);
  });

  test("refuses each wrong code by its own words", async () => {
    const { signet, response, license, storage, name } = await answered({ activationsMax: 5 });
    const groups = response.split(/\s/);
    groups[6] = (groups[6]?.startsWith("7") ? "8" : "7") + groups[6]?.slice(1);
    expect(await refusal(signet.offline.importCode(groups.join(" ")))).toMatchObject({
      code: "code_mistyped",
      message: "Group 7 is mistyped; compare it.",
    });
    const request = await machine().signet.offline.requestCode(license.licenseKey);
    expect((await refusal(signet.offline.importCode(request))).code).toBe("code_mistyped");

    // Whoever changes what it grants, and makes its checks anew, does not have the vendor's key.
    const read = await readResponseCode(response);
    if (!read.ok) throw new Error(read.sentence);
    const forged = [
      { exp: read.response.exp + 60 },
      { iat: read.response.iat + 60 },
      { statusIndex: read.response.statusIndex + 1 },
      { features: { ...read.response.features, "00ff00": true } },
      { grace: true },
      { id: "0".repeat(32) },
      { signature: "A".repeat(86) },
    ];
    for (const change of forged) {
      const code = await writeResponseCode({ ...read.response, ...change });
      expect([change, (await refusal(signet.offline.importCode(code))).code]).toEqual([
        change,
        "code_refused",
      ]);
    }
    // Another machine, which has a request of its own; and this one's state on another machine.
    const other = machine();
    await other.signet.offline.requestCode(license.licenseKey);
    expect((await refusal(other.signet.offline.importCode(response))).code).toBe("code_refused");
    expect((await refusal(machine().signet.offline.importCode(response))).code).toBe("code_refused");
    const twin = machine({ storage: await copyOf(storage) });
    expect((await refusal(twin.signet.offline.importCode(response))).code).toBe("code_refused");

    const activation = await signet.offline.importCode(response);
    expect(await refusal(signet.offline.importCode(response))).toMatchObject({
      code: "file_already_imported",
      message: expect.stringContaining("entered on this machine before"),
    });
    const copied = machine({ storage: await copyOf(storage) });
    expect(await refusal(copied.signet.current())).toMatchObject({
      code: "token_invalid",
      reason: "fingerprint",
    });
    expect(name).not.toBe("");

    // Once a newer request was made, the answer to the older one is worthless.
    const older = await typed(await signet.offline.requestCode(license.licenseKey), license.licenseKey);
    await signet.offline.requestCode(license.licenseKey);
    expect((await refusal(signet.offline.importCode(String(older.code)))).code).toBe("code_refused");
    expect((await refusal(activation.refresh())).code).toBe("unauthorized");
    expect((await refusal(activation.checkout({ holder: "ada" }))).code).toBe("unauthorized");
    expect(activation.status).toBe("active");
  });

  test("needs the license key and the product that the request was made with", async () => {
    const { signet, request } = await answered();
    const other = await gap.license();
    const answer = await typed(request, other.licenseKey);
    expect((await refusal(signet.offline.importCode(String(answer.code)))).code).toBe("code_refused");
    expect(await typed(request, other.licenseKey, { product: "modeller" })).toMatchObject({
      code: "product_mismatch",
    });
  });

  test("ends when a snapshot of the day of its answer would be too old, and with the license", async () => {
    const { signet, response, restarted, time } = await answered({ trustMaxAgeDays: 30, offlineDaysMax: 90 });
    await signet.offline.importCode(response);
    time.pass(29 * DAY_MS);
    expect((await restarted().signet.current()).status).toBe("active");
    time.pass(2 * DAY_MS);
    expect(await refusal(restarted().signet.current())).toMatchObject({
      code: "token_invalid",
      reason: "expired",
    });
    time.sleep(-20 * DAY_MS);
    expect((await refusal(restarted().signet.current())).code).toBe("clock_turned_back");

    const late = await answered({ offlineDaysMax: 10 });
    late.time.pass(11 * DAY_MS);
    expect(await refusal(late.signet.offline.importCode(late.response))).toMatchObject({
      code: "code_refused",
      message: expect.stringContaining("has run out"),
    });
  });

  test("needs the vendor's keys, which come with the program, and hears of a revocation by a newer one", async () => {
    const { licenseKey, id } = await gap.license({ features: FEATURES });
    const bare = machine({ snapshot: undefined });
    const { code } = await typed(await bare.signet.offline.requestCode(licenseKey), licenseKey);
    expect(await refusal(bare.signet.offline.importCode(String(code)))).toMatchObject({
      code: "trust_invalid",
      reason: "missing",
    });
    const upgraded = bare.restarted({ snapshot, features: Object.keys(FEATURES) });
    expect((await upgraded.signet.offline.importCode(String(code))).has("export-4k")).toBe(true);
    await server.revoke(id);
    const next = bare.restarted({ snapshot: await gap.snapshot() });
    expect(await refusal(next.signet.current())).toMatchObject({ reason: "license_revoked" });
    // The release before does not bring the old keys back.
    expect(await refusal(bare.restarted({ snapshot }).signet.current())).toMatchObject({
      reason: "license_revoked",
    });
    expect(() => machine({ snapshot: "Hello" })).toThrow(/`snapshot` must be a snapshot file's text/);
  });
});

describe("the server", () => {
  test("says which group of a request code is mistyped, and signs a refusal of its license", async () => {
    const { licenseKey } = await gap.license({ offlineAllowed: false });
    const request = await machine().signet.offline.requestCode(licenseKey);
    const groups = request.split(/\s/);
    [groups[3], groups[4]] = [groups[4] ?? "", groups[3] ?? ""];
    expect(await typed(groups.join(""), licenseKey)).toMatchObject({
      status: 422,
      code: "offline_request_invalid",
      detail: "Groups 4 and 5 are swapped.",
    });
    expect(await typed(request, licenseKey)).toMatchObject({
      code: "offline_not_allowed",
      decision: expect.stringMatching(/^ey/),
    });
    expect(await typed(request, licenseKey.slice(0, -1))).toMatchObject({ code: "invalid_request" });
  });

  test("shows the device by the name that was typed", async () => {
    const { licenseKey } = await gap.license();
    const request = await machine().signet.offline.requestCode(licenseKey);
    const { activation } = await typed(request, licenseKey, { name: "Press 3" });
    const { tenantId } = server.tenant;
    const devices = await server.authority.database.withTenant(tenantId, (tx) =>
      tx.activation.findMany({ where: { tenantId, name: "Press 3" } }),
    );
    expect(devices.map(({ id }) => ({ id: publicId("activation", id) }))).toMatchObject([
      { id: (activation as { id?: string }).id },
    ]);
  });
});
