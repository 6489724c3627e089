import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Call } from "./src/cli/command.ts";
import { spend } from "./src/cli/spend.ts";
import { surroundings } from "./src/cli/surroundings.ts";
import { memoryStorage, type Signet } from "./src/index.ts";
import { AirGap, noNetwork } from "./testing/air-gap.ts";
import { CommandLine, MAIN, PROCESSES_TIMEOUT_MS, RUN_TIMEOUT_MS } from "./testing/command-line.ts";
import { creditRules } from "./testing/real-server.ts";

const AWAY = { SIGNET_SERVER: "http://127.0.0.1:1" };

let line: CommandLine;
beforeAll(async () => {
  line = await CommandLine.create();
});
afterAll(() => line?.end());

async function json(state: string, args: readonly string[], env: Record<string, string> = {}) {
  const { code, output } = await line.run(state, [...args, "--json"], "", env);
  return { code, ...JSON.parse(output) };
}

describe("signet usage", { timeout: PROCESSES_TIMEOUT_MS }, () => {
  test("charges what is recorded once, keeps it while the server is away, and tells what was denied", async () => {
    const license = await line.machine("desk", creditRules(10));
    const at = new Date().toISOString();
    const named = (id: string) => ["--id", id, "--at", at];
    for (let time = 0; time < 2; time++) {
      expect(await json("desk", ["usage", "record", "credits", "4", ...named("job-1")])).toMatchObject({
        code: 0,
        result: { id: "job-1", status: "charged" },
      });
    }
    const waiting = await json("desk", ["usage", "record", "credits", "1"], AWAY);
    expect(waiting).toMatchObject({ code: 0, result: { status: "waiting" } });
    expect(await json("desk", ["usage", "send"])).toMatchObject({ code: 0, result: { sent: 1 } });
    expect(await json("desk", ["usage", "record", "credits", "9", ...named("job-2")])).toMatchObject({
      code: 77,
      result: { status: "denied", code: "insufficient_credits" },
    });
    const { code, output } = await line.run("desk", ["usage"]);
    expect([code, output]).toEqual([0, expect.stringMatching(/^credits +5 +10 +0 +5\b/m)]);
    expect(output).toContain("denied job-2: 9 of credits, insufficient_credits");
    await json("desk", ["usage", "dismiss", "job-2"]);
    expect(await json("desk", ["usage"])).toMatchObject({ result: { pending: 0, denied: [] } });
    expect(await line.server.account(license.id)).toMatchObject({ spent: 5, reserved: 0 });
    expect(await json("desk", ["usage", "record", "credits", "-1"])).toMatchObject({ code: 64 });
    for (const more of [
      ["--id", "job-3"],
      ["--at", "yesterday"],
    ])
      expect(await json("desk", ["usage", "record", "credits", "1", ...more])).toMatchObject({ code: 64 });
    expect(await json("desk", ["usage", "nonsense"])).toMatchObject({ code: 64 });
  });
});

describe("signet spend", { timeout: PROCESSES_TIMEOUT_MS }, () => {
  test("charges the license where nothing was taken along, the same id once, and says what was refused", async () => {
    const license = await line.machine("spender", creditRules(10));
    for (let time = 0; time < 2; time++)
      expect(await json("spender", ["spend", "credits", "4", "--id", "job-9"])).toMatchObject({
        ...{ code: 0, result: { from: "server", status: "charged", amount: 4, balance: 6 } },
      });
    expect(await json("spender", ["spend", "credits", "7"])).toMatchObject({
      ...{ code: 77, error: { code: "insufficient_credits", signed: true } },
    });
    expect(await json("spender", ["spend", "credits", "1"], AWAY)).toMatchObject({ code: 69 });
    expect(await json("spender", ["spend", "credits", "1", "--offline"])).toMatchObject({ code: 77 });
    expect(await line.server.account(license.id)).toMatchObject({ spent: 4, reserved: 0 });
  });

  test("says how much it has spent where the journal ends in between, so that nobody pays that twice", async () => {
    const gap = new AirGap(line.server);
    const storage = memoryStorage();
    let entries = 0;
    const add = async (name: string, text: string) => {
      if (name.startsWith("journal-")) entries += 1;
      if (entries === 2) throw new Error("ENOSPC: no space left on device");
      return storage.add?.(name, text) ?? false;
    };
    const { signet } = gap.machine({ storage: { ...storage, add } });
    const { licenseKey } = await gap.license(creditRules(50));
    const ten = { meter: "credits", amount: 10 };
    const request = await signet.offline.requestFile(licenseKey, { tickets: [ten, ten] });
    await signet.offline.importResponse(await gap.answer(request));
    expect(await spend.run(callOf(signet, ["credits", "14"]))).toMatchObject({
      exitCode: 74,
      result: { status: "partly_journaled", spent: 10, left: 4, failure: { code: "storage_failed" } },
      text: expect.stringMatching(/only 10 of 14 of credits: .+\nNext: .+ `signet spend credits 4` /),
    });
    expect(await spend.run(callOf(signet, ["credits", "4"]))).toMatchObject({
      result: { status: "journaled", remaining: 6 },
    });
  });

  test("charges what it could not, by the command that it names then", async () => {
    const gap = new AirGap(line.server);
    let isLost = true;
    const lossy: typeof fetch = (input, init) =>
      isLost && String(input).endsWith("/settle") ? noNetwork() : fetch(input, init);
    const { signet, restarted } = gap.machine({ fetch: lossy, retriesMax: 0 });
    const license = await gap.license(creditRules(10));
    await signet.activate(license.licenseKey);
    const { result, text } = await spend.run(callOf(signet, ["credits", "4"]));
    expect(result).toMatchObject({ status: "waiting", expiresAt: expect.stringMatching(/^20.+Z$/) });
    const id = / --id=(\S+)`/.exec(text)?.[1] ?? "";
    expect(await line.server.account(license.id)).toMatchObject({ spent: 0, reserved: 4 });
    isLost = false;
    const again = await spend.run(callOf(restarted().signet, ["credits", "4"], { id }));
    expect(again.result).toMatchObject({ status: "charged", id, balance: 6 });
    expect(await line.server.account(license.id)).toMatchObject({ spent: 4, reserved: 0 });
  });
});

/** A command of this process, so that its disk and its network can fail when they shall. */
function callOf(signet: Signet, args: readonly string[], values: Call["values"] = {}): Call {
  return {
    ...{ commands: [], globals: [], command: [], settings: {}, isColoured: false },
    ...{ arguments: args, values, surroundings },
    paint: (_colour, text) => text,
    options: () => {
      throw new Error("It asks for no settings.");
    },
    signet: () => signet,
  };
}

test("of a server whose answers are changed on the way nothing is believed, and it is said what to do", {
  timeout: PROCESSES_TIMEOUT_MS,
}, async () => {
  const license = await line.machine("robbed", { ...creditRules(10), seats: 1 });
  const robber = await changingAnswers(line.server.url);
  try {
    const env = { SIGNET_SERVER: robber.url };
    const asked: readonly string[][] = [
      ["activate", license.licenseKey],
      ["status", "--refresh"],
      ["spend", "credits", "1"],
      ["usage", "record", "credits", "1"],
    ];
    for (const args of asked) {
      expect([args, await json("robbed", args, env)]).toMatchObject([
        args,
        { code: 65, error: { code: "response_invalid", next: expect.stringContaining("SIGNET_SERVER") } },
      ]);
    }
    const held = await line.run("robbed", ["checkout", "--", "echo", "mine"], "", env);
    expect([held.code, held.output, held.errors]).toEqual([
      65,
      "",
      expect.stringMatching(/Next: .*SIGNET_SERVER/),
    ]);
  } finally {
    await robber.stop();
  }
  // What was written down before it was sent is charged, once, by the true server.
  expect(await json("robbed", ["usage", "send"])).toMatchObject({ code: 0, result: { sent: 1 } });
  expect(await json("robbed", ["status"])).toMatchObject({ code: 0, result: { status: "active" } });
});

describe("on a terminal", { timeout: PROCESSES_TIMEOUT_MS }, () => {
  /** As in a terminal of its own, where somebody types. */
  function typed(state: string, args: readonly string[], keys: string, env: Record<string, string> = {}) {
    const command = [process.execPath, MAIN, ...args].map((word) => `'${word}'`).join(" ");
    return new Promise<string>((resolve, reject) => {
      const options = {
        env: { ...line.environment(state, env), TERM: "xterm" },
        cwd: line.room,
        timeout: RUN_TIMEOUT_MS,
      };
      const child = execFile("script", ["-qec", command, "/dev/null"], options, (error, output) =>
        error === null ? resolve(output) : reject(error),
      );
      child.stdin?.write(keys);
    });
  }

  test("asks for the key, and shows colours unless they are not wanted", async () => {
    const license = await line.machine("teacher");
    const shown = await typed("pupil", ["activate"], `${license.licenseKey}\n`);
    expect(shown).toContain("License key: ");
    expect(shown).toContain("\u001b[32m");
    expect(await typed("pupil", ["status"], "", { NO_COLOR: "1" })).not.toContain("\u001b[");
    expect((await line.run("pupil", ["status"])).output).not.toContain("\u001b[");
  });
});

/** A server between that changes the last part of each token it passes on. */
async function changingAnswers(target: string) {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { authorization, "content-type": type } = request.headers;
    const answer = await fetch(target + request.url, {
      method: request.method ?? "GET",
      headers: { ...(type && { "content-type": type }), ...(authorization && { authorization }) },
      ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
    });
    const text = await answer.text();
    const isTrust = request.url?.endsWith("/trust") === true;
    const changed = text.replaceAll(/\.([\w-]{77})[\w-]{9}"/g, '.$1AAAAAAAAA"');
    response.writeHead(answer.status, { "content-type": "application/json" });
    response.end(isTrust ? text : changed);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("It has no port.");
  return {
    url: `http://127.0.0.1:${address.port}`,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

describe("signet doctor", { timeout: PROCESSES_TIMEOUT_MS }, () => {
  test("finds nothing on a machine that is well, and of one that is not each thing that is wrong", async () => {
    await line.machine("well");
    expect(await json("well", ["doctor"])).toMatchObject({
      code: 0,
      result: {
        checks: ["settings", "disk", "network", "clock", "trust", "activation"].map((check) => ({
          check,
          ok: true,
        })),
      },
    });
    const otherRoot = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    const ills: [string, string, number, Record<string, string>][] = [
      ["well", "settings", 78, { SIGNET_PRODUCT: "" }],
      ["well", "settings", 78, { SIGNET_ROOT_KEY: "short" }],
      ["well", "network", 69, AWAY],
      ["well", "network", 69, { SIGNET_TENANT: "nobody" }],
      ["well", "trust", 65, { SIGNET_ROOT_KEY: otherRoot }],
      ["new", "activation", 79, {}],
      ["new", "disk", 74, { SIGNET_STATE: "/dev/null/state" }],
    ];
    for (const [state, check, exitCode, env] of ills) {
      const { code, result } = await json(state, ["doctor"], env);
      const failed = result.checks.filter(({ ok }: { ok: boolean }) => !ok);
      expect([check, code, failed[0]]).toMatchObject([
        check,
        exitCode,
        { check, failure: { next: expect.stringMatching(/\w{4}/) } },
      ]);
    }
    const { output } = await line.run("new", ["doctor"]);
    expect(output).toMatch(/^FAIL activation .+\n {5}Next: Run `signet activate`/m);
  });
});
