import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { START_KINDS } from "#server/domain/guided-start.ts";
import { HOSTS, type Host } from "#server/license-server/testing/hosts.ts";
import { createVendor } from "#server/testing/authority.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { createRuntime } from "#server/testing/fixtures.ts";
import { createPeople, type People } from "#server/testing/people.ts";
import { TestClock } from "#server/testing/test-clock.ts";
import { programsFor } from "./programs.ts";

const SDK = join(process.cwd(), "sdk/typescript/src/node.ts");
const run = promisify(execFile);

let database: TestDatabase;
let people: People;
let licenseServer: Host;
const directory = mkdtempSync(join(tmpdir(), "signet-programs-"));

beforeAll(async () => {
  database = await createTestDatabase();
  people = createPeople(
    database.appUrl,
    undefined,
    createRuntime(database.appUrl, new TestClock(new Date())),
  );
  licenseServer = await HOSTS.Fastify(people);
});
afterAll(async () => {
  await licenseServer.stop();
  await people.close();
  await database.drop();
  rmSync(directory, { recursive: true });
});

test.each(START_KINDS)(
  "%s: what is copied from the page runs as it stands, and is seen",
  async (kind) => {
    const { actor } = await createVendor(people);
    const { guidedStart, products } = people;
    await guidedStart.choose(actor, { kind, product: { name: "Wave", code: "wave", keyPrefix: "WAVE" } });
    const { key = "" } = await guidedStart.issue(actor, "First customer");
    const start = await guidedStart.get(actor);
    const sdk = await products.sdk(actor, start?.product.id ?? "");
    const server = `http://${licenseServer.authority}`;
    const [typescript, shell] = programsFor(kind, { server, ...sdk, licenseKey: key });

    const file = join(directory, `${kind}.mjs`);
    writeFileSync(file, typescript.code.replace("@signet/sdk", SDK));
    const env = { ...process.env, HOME: directory };
    await run(process.execPath, [file], { env });
    const { license } = (await guidedStart.get(actor)) ?? {};
    expect(license?.firstUse?.operation).toBe(kind === "air_gapped" ? "offline_activate" : "activate");

    // The command line's own commands are run where they are tested.
    if (shell.label !== "curl") return;
    const { stdout } = await run("bash", ["-c", shell.code], { cwd: directory, env });
    const answers = { desktop: '"status":"active"', floating: '"status":"held"', credits: '"accepted"' };
    expect(stdout).toContain(Object.entries(answers).find(([name]) => name === kind)?.[1]);
  },
  60_000,
);
