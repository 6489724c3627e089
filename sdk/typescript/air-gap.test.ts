import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readArmour, writeArmour } from "./src/offline-armour.ts";
import { AirGap, DAY_MS } from "./testing/air-gap.ts";
import { installExample } from "./testing/example.ts";
import { hasNamespaces, runIsolated } from "./testing/isolated.ts";
import { creditRules, RealServer } from "./testing/real-server.ts";

const APP = join(import.meta.dirname, "testing", "air-gapped-app.ts");
const TIMEOUT_MS = 60_000;

let server: RealServer;
let gap: AirGap;
let room: string;
beforeAll(async () => {
  // The example tells time by the machine's clock, so the server does too.
  server = await RealServer.create(new Date());
  gap = new AirGap(server);
  room = await mkdtemp(join(tmpdir(), "signet-air-gap-"));
});
afterAll(async () => {
  await server?.end();
  await rm(room, { recursive: true, force: true });
});

/** An application in a room without a network; `name` is the machine, `directory` its state. */
function machine(name: string, directory = join(room, name)) {
  let late = 0;
  const ask = async (command: string, ...args: string[]) => {
    const now = server.authority.clock.now().getTime() + late;
    const own = [directory, name, server.rootKey, server.tenant.slug, String(now)];
    const { output, errors } = await runIsolated(APP, [...own, command, ...args]);
    if (output === "") throw new Error(errors);
    return JSON.parse(output);
  };
  return {
    directory,
    ask,
    /** Text that came out of the room. */
    async out(command: string, ...args: string[]): Promise<string> {
      const { result } = await ask(command, ...args);
      return Array.isArray(result) ? result.join("") : String(result);
    },
    /** Carries a text into the room. */
    async into(command: string, text: string) {
      const path = join(room, `${crypto.randomUUID()}.txt`);
      await writeFile(path, text);
      return ask(command, path);
    },
    /** Only in the room time passes. */
    pass(milliseconds: number): void {
      late += milliseconds;
    },
  };
}

async function activated(name: string) {
  const license = await gap.license({
    ...creditRules(100),
    trustMaxAgeDays: 30,
    features: { "export-4k": true },
  });
  const app = machine(name);
  const request = await app.out("request", license.licenseKey, "credits", "40");
  const response = await gap.answer(request);
  expect(await app.into("import", response)).toEqual({ result: "active" });
  return { app, license, request, response };
}

describe("an application in a room without a network", { timeout: TIMEOUT_MS }, () => {
  test("has none: what reaches the server from here reaches nothing from there", async () => {
    const url = `${server.url}/healthz`;
    expect((await fetch(url)).status).toBe(200);
    if (hasNamespaces)
      expect(await machine("nobody").ask("reach", url)).toMatchObject({ code: "no_network" });
    else await expect(machine("nobody").ask("reach", url)).rejects.toThrow("A network was used.");
  });

  test("is activated, runs, spends a ticket through a loss of power, and its journal settles exactly once", async () => {
    const { app, license } = await activated("cave");
    expect(await app.ask("status")).toEqual({
      result: { status: "active", features: { "export-4k": true } },
    });
    const now = String(server.authority.clock.now().getTime());
    const args = [app.directory, "cave", server.rootKey, server.tenant.slug, now, "spend", "credits", "30"];
    const { errors } = await runIsolated(APP, args, { killAfter: 5 });
    const told = 40 - Number(errors.trim().split("\n").at(-1));
    const { result: remaining } = await app.ask("spend", "credits", "1");
    const spent = 40 - remaining;
    // What was told is on disk; one more may have been written when the power went.
    expect(told).toBeGreaterThanOrEqual(5);
    expect(spent).toBeLessThan(31);
    expect([told + 1, told + 2]).toContain(spent);
    await app.ask("settle", "credits");
    const journal = await app.out("journal");
    const statuses: unknown[] = [];
    for (let time = 0; time < 3; time++) statuses.push((await gap.carry("journals", { journal })).status);
    expect(statuses).toEqual([201, 200, 200]);
    expect(await server.account(license.id)).toMatchObject({ spent, reserved: 0 });
  });

  test("replayed, swapped, copied, edited, stale: each is refused with its own message", async () => {
    const { app, response } = await activated("den");
    const said = new Map<string, string>();
    const refused = async (what: string, answer: unknown, code: string) => {
      expect([what, answer]).toMatchObject([what, { code }]);
      const { message, detail } = answer as { message?: string; detail?: string };
      said.set(what, message ?? detail ?? "");
    };
    await refused("replay", await app.into("import", response), "file_already_imported");
    await refused(
      "swap of machine",
      await machine("other").into("import", response),
      "file_for_other_device",
    );

    const copy = join(room, "copied");
    await cp(app.directory, copy, { recursive: true });
    await refused("copy of the state directory", await machine("thief", copy).ask("status"), "token_invalid");

    await app.ask("spend", "credits", "3");
    const journal = await app.out("journal");
    const armour = readArmour("journal", journal);
    const [header, payload = "", signature] = (armour.ok ? armour.jws : "").split(".");
    const claims = Buffer.from(payload, "base64url").toString().replace('"amount":1', '"amount":0');
    const edited = writeArmour(
      "journal",
      `${header}.${Buffer.from(claims).toString("base64url")}.${signature}`,
    );
    await refused(
      "edited journal",
      await gap.carry("journals", { journal: edited }),
      "offline_request_invalid",
    );
    const slug = (await readFile(join(copy, "offline-tickets.json"), "utf8")).match(/act_(\w+)/)?.[1];
    const entry = join(app.directory, `journal-act-${slug}-00000002.json`);
    const written = await readFile(entry, "utf8");
    await writeFile(entry, written.replace('"amount":1', '"amount":0'));
    await refused("journal edited on disk", await app.ask("journal"), "journal_damaged");
    await writeFile(entry, written);

    const snapshot = await gap.snapshot();
    app.pass(31 * DAY_MS);
    await refused("stale snapshot", await app.ask("status"), "trust_snapshot_stale");
    await refused(
      "stale snapshot, brought again",
      await app.into("snapshot", snapshot),
      "trust_snapshot_stale",
    );
    app.pass(-30 * DAY_MS);
    await refused(
      "clock turned back",
      await machine("den").ask("spend", "credits", "1"),
      "clock_turned_back",
    );
    expect(new Set(said.values()).size).toBe(said.size - 1);
    expect([...said.values()].every((sentence) => sentence.length > 20)).toBe(true);
  });

  test("gives its slot up by file", async () => {
    const { app, license } = await activated("attic");
    const { result } = await app.ask("deactivate");
    expect(await gap.carry("deactivations", { receipt: result.at(-1) })).toMatchObject({ status: 200 });
    expect(await app.ask("status")).toMatchObject({ code: "not_activated" });
    const next = machine("cellar");
    const response = await gap.answer(await next.out("request", license.licenseKey, "credits", "10"));
    expect(await next.into("import", response)).toEqual({ result: "active" });
  });
});

test("the example of a batch job: from its request to its settled journal", {
  timeout: TIMEOUT_MS,
}, async () => {
  const directory = join(room, "batch");
  const script = await installExample("air-gapped-batch.mjs", directory);

  const license = await gap.license({ ...creditRules(100), features: { "export-4k": true } });
  const args = [
    directory,
    server.tenant.slug,
    server.rootKey,
    server.tenant.product,
    license.licenseKey,
    "3",
  ];
  const first = await runIsolated(script, args);
  expect(first).toMatchObject({ code: 1, output: expect.stringContaining("Carry request.txt"), errors: "" });
  const response = await gap.answer(await readFile(join(directory, "request.txt"), "utf8"));
  await writeFile(join(directory, "response.txt"), response);
  const ran = await runIsolated(script, args);
  expect(ran).toMatchObject({
    code: 0,
    output: expect.stringContaining("frame 3 in 4K\n47 credits left"),
    errors: "",
  });
  const journal = await readFile(join(directory, "journal-1.txt"), "utf8");
  expect(await gap.carry("journals", { journal })).toMatchObject({
    status: 201,
    tickets: [{ journaled: 3 }],
  });
  await writeFile(join(directory, "response.txt"), response);
  // The same response once more does no harm, and brings no second ticket.
  expect(await runIsolated(script, args)).toMatchObject({
    code: 0,
    output: expect.stringContaining("44 credits left"),
  });
});
