import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createCatalog, createVendor } from "../../server/testing/authority.ts";
import { CommandLine, PROCESSES_TIMEOUT_MS } from "./testing/command-line.ts";

let line: CommandLine;
beforeAll(async () => {
  line = await CommandLine.create();
});
afterAll(() => line?.end());

/** An account of its own, and a way to ask `signet authority` about it. */
async function account(
  scopes: ("authority:read" | "authority:write")[] = ["authority:read", "authority:write"],
) {
  const { authority } = line.server;
  const { actor, slug } = await createVendor(authority);
  const { key } = await authority.apiKeys.create(actor, {
    name: "CI",
    scopes,
    publicKey: null,
    expiresAt: null,
  });
  const env = { SIGNET_TENANT: slug, SIGNET_API_KEY: key ?? "", SIGNET_ROOT_KEY: "", SIGNET_PRODUCT: "" };
  const ask = (...args: string[]) => line.run("vendor", ["authority", ...args], "", env);
  return { actor, ask };
}

test("a policy is exported, reviewed, promoted to another account and published there once", {
  timeout: PROCESSES_TIMEOUT_MS,
}, async () => {
  const { authority } = line.server;
  const trial = await account();
  await createCatalog(authority, trial.actor, { activationsMax: 3 });
  const production = await account();
  const path = join(line.room, "authority.yaml");

  expect(await trial.ask("export", path)).toMatchObject({ code: 0 });
  const planned = await production.ask("plan", path);
  expect(planned).toMatchObject({ code: 0 });
  expect(planned.output).toMatch(/^create product renderer\n(.*\n)*publish policy renderer\/studio$/m);
  // Nobody is there to be asked.
  expect(await production.ask("apply", path)).toMatchObject({
    code: 64,
    errors: expect.stringContaining("--yes"),
  });
  const applied = await production.ask("apply", path, "--yes");
  expect([applied.code, applied.output.split("\n").at(-2)]).toEqual([0, "Applied."]);
  expect((await production.ask("export")).output).toBe(await readFile(path, "utf8"));
  expect(await production.ask("apply", path, "--yes")).toMatchObject({
    code: 0,
    output: expect.stringContaining("Nothing to change"),
  });

  const text = await readFile(path, "utf8");
  await writeFile(path, text.replace("activationsMax: 3", "activationsMax: 4"));
  const changed = await production.ask("plan", path);
  expect(changed.output).toBe("publish policy renderer/studio\n    activationsMax: 3 → 4\n");
  await writeFile(path, text.replace("activationsMax: 3", "activationsMax: many"));
  const wrong = await production.ask("plan", path);
  expect(wrong.code).toBe(65);
  expect(wrong.errors).toMatch(
    /line \d+: products\.renderer\.policies\.studio\.rules\.activationsMax: Enter a whole number\./,
  );
});

test("a key that may only read does not apply, and without a key nothing is asked", {
  timeout: PROCESSES_TIMEOUT_MS,
}, async () => {
  const trial = await account();
  await createCatalog(line.server.authority, trial.actor);
  const path = join(line.room, "trial.yaml");
  await trial.ask("export", path);
  const reader = await account(["authority:read"]);
  expect(await reader.ask("apply", path, "--yes")).toMatchObject({
    code: 77,
    errors: expect.stringContaining("authority:write"),
  });
  expect((await reader.ask("export")).output).toContain("products: {}");
  const none = await line.run("vendor", ["authority", "export"], "", { SIGNET_API_KEY: "" });
  expect(none).toMatchObject({ code: 78, errors: expect.stringContaining("SIGNET_API_KEY") });
});
