import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AirGap } from "./testing/air-gap.ts";
import { CommandLine, PROCESSES_TIMEOUT_MS } from "./testing/command-line.ts";
import { decodeQrText } from "./testing/qr.ts";
import { creditRules } from "./testing/real-server.ts";

/** What a process in a room without a network is told of the server. */
const OFFLINE = { SIGNET_SERVER: "" };

let line: CommandLine;
let gap: AirGap;
let snapshot: string;
beforeAll(async () => {
  line = await CommandLine.create();
  gap = new AirGap(line.server);
  snapshot = await gap.snapshot();
  await writeFile(join(line.room, "snapshot.txt"), snapshot);
});
afterAll(() => line?.end());

const offline = (state: string, args: readonly string[], input = "", env: Record<string, string> = {}) =>
  line.run(state, args, input, { ...OFFLINE, ...env });

async function json(state: string, args: readonly string[], input = "", env: Record<string, string> = {}) {
  const { code, output } = await offline(state, [...args, "--json"], input, env);
  return { code, ...JSON.parse(output) };
}

describe("signet in a room without a network", { timeout: PROCESSES_TIMEOUT_MS }, () => {
  test("shows a request as a QR code that is answered as its file would be, and verifies what comes back", async () => {
    const license = await gap.license({ features: { "export-4k": true } });
    const { output } = await offline("cave", ["request", "--qr"], license.licenseKey);
    const request = decodeQrText(output.trimEnd());
    const seen = await json("nobody", ["verify", "-"], request);
    expect(seen).toMatchObject({
      code: 0,
      result: { kind: "activation request", claims: { product: line.server.tenant.product } },
    });
    expect(JSON.stringify(seen)).not.toContain(license.licenseKey);

    const response = await gap.answer(request);
    expect(await json("nobody", ["verify", "-"], response)).toMatchObject({
      code: 0,
      result: { kind: "activation response", claims: { features: { "export-4k": true } } },
    });
    expect(await offline("cave", ["import", "-"], response)).toMatchObject({ code: 0 });
    const given = await offline("cave", ["deactivate", "--offline"]);
    expect(await json("nobody", ["verify", "-"], given.output)).toMatchObject({
      result: { kind: "deactivation receipt" },
    });
  });

  test("brings a journal out and its receipt in, after which there is nothing left to carry", async () => {
    const license = await gap.license(creditRules(50));
    const asked = await offline("mine", ["request", "--ticket", "credits=20"], license.licenseKey);
    await offline("mine", ["import", "-"], await gap.answer(asked.output));
    expect(await json("mine", ["spend", "credits", "3"])).toMatchObject({
      ...{ code: 0, result: { from: "journal", status: "journaled", remaining: 17 } },
    });
    const spent = await offline("mine", ["spend", "credits", "4", "--offline", "--settle"]);
    expect([spent.code, spent.output]).toEqual([0, expect.stringContaining("signet usage journal")]);
    expect(await json("mine", ["spend", "credits", "14", "--offline"])).toMatchObject({
      ...{ code: 77, error: { code: "insufficient_credits", next: expect.stringContaining("more credits") } },
    });
    expect(await json("mine", ["spend", "credits", "half"])).toMatchObject({ code: 64 });
    expect(await json("mine", ["spend", "credits", "14"])).toMatchObject({ code: 78 });

    const { output: journal } = await offline("mine", ["usage", "journal"]);
    expect(await json("nobody", ["verify", "-"], journal)).toMatchObject({
      result: { kind: "usage journal" },
    });
    const answer = await gap.carry("journals", { journal });
    expect(answer).toMatchObject({ status: 201 });
    const edited = { ...answer, receipt: String(answer.receipt).replace(/.{9}$/, "AAAAAAAAA") };
    expect(await json("mine", ["import", "-"], JSON.stringify(edited))).toMatchObject({ code: 65 });
    expect(await json("mine", ["import", "-"], JSON.stringify(answer))).toMatchObject({
      code: 0,
      result: { journalFiles: 0 },
    });
    expect(await json("mine", ["usage", "journal"])).toMatchObject({ result: { files: [] } });
    expect(await line.server.account(license.id)).toMatchObject({ spent: 7, reserved: 0 });
  });

  test("activates by codes typed by hand, and knows the features that it was told to ask about", async () => {
    const license = await gap.license({ features: { "export-4k": true } });
    const env = { SIGNET_FEATURES: "export-4k,render-nodes" };
    await offline("cell", ["import", "snapshot.txt"]);
    const { output: code } = await offline("cell", ["request", "--code"], license.licenseKey);
    const { product } = line.server.tenant;
    const answer = await gap.carryCode({ code, licenseKey: license.licenseKey, product });
    const response = String(answer.code);
    const mistyped = (response.startsWith("A") ? "B" : "A") + response.slice(1);
    expect(await json("cell", ["import", "--code"], mistyped, env)).toMatchObject({
      code: 65,
      error: { code: "code_mistyped" },
    });
    for (const args of [["import", "--code"], ["status"]]) {
      expect(await json("cell", args, response.toLowerCase(), env)).toMatchObject({
        code: 0,
        result: { status: "active", features: { "export-4k": true } },
      });
    }
  });
});

describe("signet verify", { timeout: PROCESSES_TIMEOUT_MS }, () => {
  test("says of a token what it grants, by the keys it is given or has seen", async () => {
    await line.machine("desk", { features: { "export-4k": true } });
    const stored = JSON.parse(await readFile(join(line.room, "desk", "activation.json"), "utf8"));
    const certificate = String(stored.content.certificate);
    const granted = {
      code: 0,
      result: { kind: "license token", claims: { features: { "export-4k": true } } },
    };
    expect(await json("desk", ["verify", "-"], certificate)).toMatchObject(granted);
    expect(await json("nobody", ["verify", "-", "--snapshot", "snapshot.txt"], certificate)).toMatchObject(
      granted,
    );
    expect(await json("nobody", ["verify", "-"], certificate)).toMatchObject({
      code: 66,
      error: { code: "keys_missing", next: expect.stringContaining("--snapshot") },
    });
    const { output } = await offline("desk", ["verify", "-"], certificate);
    expect(output).toMatch(/^genuine +license token\nsigned by +the vendor\n/);
  });

  test("finds in an answer of the API what is signed, and says of one without anything to verify what to bring", async () => {
    const { url, tenant } = line.server;
    const bundle = await (await fetch(`${url}/v1/${tenant.slug}/trust`)).text();
    expect(await json("nobody", ["verify", "-"], bundle)).toMatchObject({
      ...{ code: 0, result: { kind: "security snapshot", field: "bundle" } },
    });
    const stored = JSON.parse(await readFile(join(line.room, "desk", "activation.json"), "utf8"));
    const { token, certificate } = stored.content;
    const answer = JSON.stringify({ activation: { id: "act_1" }, token, certificate, trustSeq: 1 });
    const { code, output } = await offline("desk", ["verify", "-"], answer);
    expect([code, output]).toEqual([
      0,
      expect.stringMatching(/^genuine +activation token\nof the answer +token;/),
    ]);
    // One good token does not speak for the other.
    const half = answer.replace(certificate, `${certificate.slice(0, -9)}AAAAAAAAA`);
    expect(await json("desk", ["verify", "-"], half)).toMatchObject({
      code: 65,
      error: { reason: "signature" },
    });
    expect(await json("desk", ["verify", "-"], '{"balances":[]}')).toMatchObject({
      ...{ code: 65, error: { message: expect.stringContaining("`token`"), reason: "type" } },
    });
  });

  test("refuses what is changed, another vendor's, for another product or no file at all, and says which", async () => {
    const stored = JSON.parse(await readFile(join(line.room, "desk", "activation.json"), "utf8"));
    const [header, , signature] = String(stored.content.certificate).split(".");
    const payload = Buffer.from(JSON.stringify({ sub: "lic_forged" })).toString("base64url");
    const otherRoot = { SIGNET_ROOT_KEY: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" };
    const refusals: [string, string, Record<string, string>][] = [
      [`${header}.${payload}.${signature}`, "signature", {}],
      [String(stored.content.certificate), "audience", { SIGNET_PRODUCT: "another" }],
      [snapshot, "signature", otherRoot],
      [snapshot.slice(0, 400), "missing_end", {}],
      ["nothing", "type", {}],
    ];
    for (const [text, reason, env] of refusals) {
      expect([reason, await json("desk", ["verify", "-"], text, env)]).toMatchObject([
        reason,
        { code: 65, error: { code: "file_invalid", reason } },
      ]);
    }
  });
});
