import { deflateRawSync, inflateRawSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { isSignetError } from "./src/index.ts";
import { readArmour, writeArmour } from "./src/offline-armour.ts";
import { AirGap, copyOf, DAY_MS } from "./testing/air-gap.ts";
import { RealServer } from "./testing/real-server.ts";

let server: RealServer;
let gap: AirGap;
beforeAll(async () => {
  server = await RealServer.create();
  gap = new AirGap(server);
});
afterAll(() => server.end());

/** What a call is refused with. */
async function refusal(work: Promise<unknown>) {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!isSignetError(error)) throw new Error("It was not refused.", { cause: error });
  return { code: error.code, reason: error.reason, message: error.message };
}

async function activated(rules: Parameters<AirGap["license"]>[0] = {}) {
  const license = await gap.license(rules);
  const machine = gap.machine();
  const request = await machine.signet.offline.requestFile(license.licenseKey);
  const response = await gap.answer(request);
  const activation = await machine.signet.offline.importResponse(response);
  return { ...machine, license, request, response, activation };
}

/** A response with other claims, under the same signature. */
function edited(response: string, change: (claims: Record<string, unknown>) => object): string {
  const armour = readArmour("response", response);
  if (!armour.ok) throw new Error(armour.sentence);
  const [header, payload = "", signature] = armour.jws.split(".");
  const claims = JSON.parse(inflateRawSync(Buffer.from(payload, "base64url")).toString());
  const zipped = deflateRawSync(JSON.stringify({ ...claims, ...change(claims) })).toString("base64url");
  return writeArmour("response", `${header}.${zipped}.${signature}`);
}

/** Another signature, as well-formed as before. */
const altered = (jws: string) => jws.slice(0, -9) + (jws.at(-9) === "A" ? "B" : "A") + jws.slice(-8);

describe("a machine without a network", () => {
  test("is activated by the response to its request, also as mail leaves it, and again after a restart", async () => {
    const { license, request, response, activation, restarted } = await activated({
      features: { "export-4k": true },
    });
    expect([activation.status, activation.has("export-4k")]).toEqual(["active", true]);
    const { id } = await restarted().signet.current();
    expect(id).toBe(activation.id);

    const other = await gap.license();
    const mailed = gap.machine();
    const text = await mailed.signet.offline.requestFile(other.licenseKey);
    const quoted = `Hello,\r\n\r\n> ${(await gap.answer(text)).replaceAll("\n", "\r\n> ")}\r\nRegards`;
    expect((await mailed.signet.offline.importResponse(quoted)).status).toBe("active");
    expect(await gap.answer(request)).toBe(response);
    expect(license.licenseKey).not.toBe(other.licenseKey);
  });

  test("refuses each thing that can be wrong with a response by its own error, and stays as it was", async () => {
    const { signet, storage, license, response, restarted } = await activated({ activationsMax: 3 });
    expect(await refusal(signet.offline.importResponse(response))).toMatchObject({
      code: "file_already_imported",
    });
    expect(await refusal(restarted().signet.offline.importResponse(response))).toMatchObject({
      code: "file_already_imported",
    });

    const elsewhere = gap.machine();
    expect(await refusal(elsewhere.signet.offline.importResponse(response))).toMatchObject({
      code: "file_for_other_device",
    });
    await elsewhere.signet.offline.requestFile(license.licenseKey);
    expect(await refusal(elsewhere.signet.offline.importResponse(response))).toMatchObject({
      code: "file_for_other_device",
    });

    const earlier = await gap.answer(await signet.offline.requestFile(license.licenseKey));
    const latest = await gap.answer(await signet.offline.requestFile(license.licenseKey));
    expect(await refusal(signet.offline.importResponse(earlier))).toMatchObject({
      code: "file_for_other_request",
    });

    for (const [what, reason, text] of [
      ["cut off", "missing_end", latest.slice(0, -60)],
      ["another kind", "other_kind", await gap.snapshot()],
      ["nonsense", "missing_begin", "Hello"],
      ["no claims", "claims", writeArmour("response", "e30.e30.e30")],
      ["another nonce", "signature", edited(latest, () => ({ nonce: "n".repeat(43) }))],
      ["another device", "signature", edited(latest, () => ({ cnf: { jkt: "x".repeat(43) } }))],
      ["a longer life", "signature", edited(latest, ({ exp }) => ({ exp: Number(exp) + 9_999 }))],
      ["another bundle", "signature", edited(latest, ({ bundle }) => ({ bundle: altered(String(bundle)) }))],
    ] as const)
      expect([what, await refusal(signet.offline.importResponse(text))]).toMatchObject([
        what,
        { code: "file_invalid", reason },
      ]);
    const before = await copyOf(storage);
    expect((await restarted().signet.current()).status).toBe("active");
    expect(await before.get("activation")).toBe(await storage.get("activation"));
    expect((await signet.offline.importResponse(latest)).status).toBe("active");
  });

  test("takes no response that was changed in any place, and then still the one that was not", async () => {
    const license = await gap.license();
    const { signet } = gap.machine();
    const response = await gap.answer(await signet.offline.requestFile(license.licenseKey));
    const armour = readArmour("response", response);
    if (!armour.ok) throw new Error(armour.sentence);
    const { jws } = armour;
    const step = Math.floor(jws.length / 150);
    const taken: number[] = [];
    for (let place = 0; place < jws.length; place += step) {
      const other = jws.charAt(place) === "A" ? "B" : "A";
      const changed = writeArmour("response", jws.slice(0, place) + other + jws.slice(place + 1));
      const wrong = await refusal(signet.offline.importResponse(changed));
      if (wrong.code !== "file_invalid") taken.push(place);
    }
    expect(taken).toEqual([]);
    expect((await refusal(signet.current())).code).toBe("not_activated");
    expect((await signet.offline.importResponse(response)).status).toBe("active");
  });

  test("takes no answer that ran out on the way", async () => {
    const { licenseKey } = await gap.license({ offlineDaysMax: 10, trustMaxAgeDays: null });
    const { signet, time } = gap.machine();
    const response = await gap.answer(await signet.offline.requestFile(licenseKey));
    time.pass(11 * DAY_MS);
    expect(await refusal(signet.offline.importResponse(response))).toMatchObject({
      code: "file_invalid",
      reason: "expired",
      message: expect.stringMatching(/make a new request/),
    });
  });

  test("that was copied, with its device key and all, does not activate a second one", async () => {
    const { storage, license } = await activated();
    const copied = gap.machine({ storage: await copyOf(storage) });
    expect(await refusal(copied.signet.current())).toMatchObject({
      code: "token_invalid",
      reason: "fingerprint",
    });

    // Copied between request and response, too.
    const before = gap.machine();
    const response = await gap.answer(
      await before.signet.offline.requestFile((await gap.license()).licenseKey),
    );
    const twin = gap.machine({ storage: await copyOf(before.storage) });
    expect(await refusal(twin.signet.offline.importResponse(response))).toMatchObject({
      code: "file_for_other_device",
    });
    // And the license has no slot for another machine.
    const third = gap.machine();
    const refused = await gap.carry("activations", {
      request: await third.signet.offline.requestFile(license.licenseKey),
    });
    expect(refused).toMatchObject({ code: "activation_limit_reached" });
  });
});

describe("the security snapshot", () => {
  test("is good beyond the bundle's own end for as long as the license says, and no longer", async () => {
    const { restarted, time, activation } = await activated({ trustMaxAgeDays: 90 });
    time.pass(89 * DAY_MS);
    expect((await restarted().signet.current()).status).toBe("active");
    expect(activation.status).toBe("active");
    time.pass(2 * DAY_MS);
    expect(await refusal(restarted().signet.current())).toMatchObject({ code: "trust_snapshot_stale" });
    expect([activation.status, activation.has("export-4k")]).toEqual(["stale", false]);
  });

  test("is renewed by a file, however long ago the vendor's bundle was signed last", async () => {
    const { restarted, time, activation, signet } = await activated({ trustMaxAgeDays: 3 });
    for (let carried = 0; carried < 4; carried++) {
      server.authority.clock.advance(2 * DAY_MS);
      time.pass(2 * DAY_MS);
      await signet.offline.importSnapshot(await gap.snapshot());
      expect((await restarted().signet.current()).status).toBe("active");
    }
    await signet.current();
    expect(activation.status).toBe("active");
    const latest = await gap.snapshot();
    time.pass(4 * DAY_MS);
    expect(await refusal(signet.offline.importSnapshot(latest))).toMatchObject({
      code: "trust_snapshot_stale",
    });
    server.authority.clock.advance(4 * DAY_MS);
    await signet.offline.importSnapshot(await gap.snapshot());
    expect((await restarted().signet.current()).status).toBe("active");
  });

  test("where the license sets no age is good for as long as the activation", async () => {
    const { restarted, time } = await activated({ trustMaxAgeDays: null, offlineDaysMax: 365 });
    time.pass(364 * DAY_MS);
    expect((await restarted().signet.current()).status).toBe("active");
    time.pass(2 * DAY_MS);
    expect(await refusal(restarted().signet.current())).toMatchObject({
      code: "token_invalid",
      reason: "expired",
    });
  });

  test("is as fresh as the server's last answer for a device that has a network", async () => {
    await gap.snapshot();
    server.authority.clock.advance(10 * DAY_MS);
    const { licenseKey } = await gap.license({ trustMaxAgeDays: 3 });
    const { signet, time, restarted } = gap.machine({ fetch: globalThis.fetch });
    const activation = await signet.activate(licenseKey);
    time.pass(2 * DAY_MS);
    expect((await restarted().signet.current()).status).toBe("active");
    time.pass(2 * DAY_MS);
    expect(activation.status).toBe("stale");
    server.authority.clock.advance(4 * DAY_MS);
    await activation.refresh();
    expect(activation.status).toBe("active");
    expect((await restarted().signet.current()).status).toBe("active");
  });

  test("never goes back, not by a file and not by the disk, and tells of a revocation", async () => {
    const { signet, storage, restarted, license } = await activated();
    const old = await gap.snapshot();
    const oldTrust = (await storage.get("trust")) ?? "";
    await server.revoke(license.id);
    await signet.offline.importSnapshot(await gap.snapshot());
    expect(await refusal(restarted().signet.current())).toMatchObject({ reason: "license_revoked" });
    expect(await refusal(signet.offline.importSnapshot(old))).toMatchObject({
      code: "trust_invalid",
      reason: "rollback",
      message: expect.stringMatching(/older than one this machine has seen/),
    });
    const { bundle } = JSON.parse(oldTrust).content;
    const trust = JSON.parse((await storage.get("trust")) ?? "");
    await storage.set("trust", JSON.stringify({ ...trust, content: { ...trust.content, bundle } }));
    expect(await refusal(restarted().signet.current())).toMatchObject({
      code: "trust_invalid",
      reason: "rollback",
    });
  });

  test("that was changed, or is another vendor's, is refused", async () => {
    const { signet } = await activated();
    const snapshot = await gap.snapshot();
    const armour = readArmour("snapshot", snapshot);
    const jws = armour.ok ? armour.jws : "";
    const changed = writeArmour("snapshot", altered(jws));
    expect((await refusal(signet.offline.importSnapshot(changed))).code).toBe("file_invalid");
    const stranger = gap.machine({ rootKey: "A".repeat(43) });
    expect((await refusal(stranger.signet.offline.importSnapshot(snapshot))).code).toBe("file_invalid");
    expect((await signet.offline.importSnapshot(snapshot)).seq).toBeGreaterThan(0);
  });
});

describe("a clock turned back", () => {
  let machine: Awaited<ReturnType<typeof activated>>;
  beforeEach(async () => {
    machine = await activated();
  });

  test("before the server's last signature is noticed, within five minutes' tolerance, also after a restart", async () => {
    const { restarted, time } = machine;
    time.sleep(-300_000);
    expect((await restarted().signet.current()).status).toBe("active");
    time.sleep(-2_000);
    expect(await refusal(restarted().signet.current())).toMatchObject({
      code: "clock_turned_back",
      message: expect.stringMatching(/set it to the right time/),
    });
  });

  test("to a time this machine has seen pass is noticed after a restart, although no server told the time since", async () => {
    const { restarted, time } = machine;
    time.pass(40 * DAY_MS);
    expect((await restarted().signet.current()).status).toBe("active");
    time.sleep(-39 * DAY_MS);
    expect((await refusal(restarted().signet.current())).code).toBe("clock_turned_back");
    time.sleep(39 * DAY_MS);
    expect((await restarted().signet.current()).status).toBe("active");
  });

  test("while the program runs is noticed by the process's own clock", async () => {
    const { signet, time } = machine;
    time.pass(3_600_000);
    expect((await signet.current()).status).toBe("active");
    time.sleep(-3_000_000);
    expect((await refusal(signet.current())).code).toBe("clock_turned_back");
  });

  test("because it was wrongly ahead is put right by the answer to a new request, and by no old file", async () => {
    const right = await activated({ trustMaxAgeDays: null });
    right.time.sleep(300 * DAY_MS);
    expect((await right.restarted().signet.current()).status).toBe("active");
    right.time.sleep(-300 * DAY_MS);
    expect((await refusal(right.restarted().signet.current())).code).toBe("clock_turned_back");
    expect((await refusal(right.restarted().signet.offline.importResponse(right.response))).code).toMatch(
      /clock_turned_back|file_already_imported/,
    );
    const fresh = await gap.answer(
      await right.restarted().signet.offline.requestFile(right.license.licenseKey),
    );
    await right.restarted().signet.offline.importResponse(fresh);
    expect((await right.restarted().signet.current()).status).toBe("active");
  });
});
