import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CommandLine, PROCESSES_TIMEOUT_MS } from "./testing/command-line.ts";
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
