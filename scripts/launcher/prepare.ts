import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import { LaunchFailure } from "./failure.ts";
import { type Home, ROOT } from "./home.ts";
import { step } from "./progress.ts";
import { run } from "./run.ts";
import { writePrivately } from "./secrets.ts";
import { hashOf, onceFor } from "./stamp.ts";

const BUILD_INPUTS = [
  "app",
  "server",
  "prisma/schema",
  "sdk/typescript/src",
  "public",
  "proxy.ts",
  "next.config.js",
  "postcss.config.mjs",
  "tsconfig.json",
  "package-lock.json",
];

/** Generates the database client when the schema changed. */
export async function generateClient(signal: AbortSignal): Promise<void> {
  const hash = hashOf(["prisma/schema", "package-lock.json"]);
  await step("Generating the database client", "Database client", () =>
    onceFor("prisma/generated/.signet-hash", hash, async () => {
      // The native engine is never used, and this keeps it from being downloaded.
      const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: "1" };
      await run(
        "prisma generate",
        [join(ROOT, "node_modules/prisma/build/index.js"), "generate"],
        env,
        signal,
      );
    }),
  );
}

/** Builds the portal when its sources changed. */
export async function buildPortal(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<void> {
  const hash = hashOf(BUILD_INPUTS);
  await step("Building the portal", "Portal built", () =>
    onceFor(".next/signet-hash", hash, async () => {
      await run("next build", [join(ROOT, "node_modules/next/dist/bin/next"), "build"], env, signal);
    }),
  );
}

/** What the seed tells about the trial tenant it made. */
export interface Demo {
  readonly signIns: readonly { readonly label: string; readonly email: string; readonly password: string }[];
}

/**
 * Seeds a database that has no tenant, and remembers the sign-ins. Returns those remembered, if this installation made
 * them for this database.
 */
export async function seed(
  home: Home,
  ownerUrl: string,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Demo | undefined> {
  if (await hasTenant(ownerUrl))
    return existsSync(home.demo) ? parseDemo(readFileSync(home.demo, "utf8")) : undefined;
  return step("Seeding a trial tenant", "Trial tenant seeded", async () => {
    const output = await run("The seed", [join(ROOT, "prisma/seed.ts")], env, signal);
    const demo = parseDemo(output.trimEnd().split("\n").at(-1) ?? "");
    writePrivately(home.demo, demo);
    return demo;
  });
}

async function hasTenant(ownerUrl: string): Promise<boolean> {
  const client = new Client({ connectionString: ownerUrl });
  await client.connect();
  const { rows } = await client.query("SELECT 1 FROM tenant LIMIT 1").finally(() => client.end());
  return rows.length > 0;
}

function parseDemo(json: string): Demo {
  try {
    const value: unknown = JSON.parse(json);
    const list: unknown =
      typeof value === "object" && value !== null ? Reflect.get(value, "signIns") : undefined;
    if (Array.isArray(list)) return { signIns: list.map(toSignIn) };
  } catch {
    // Falls through to the one sentence below.
  }
  throw new LaunchFailure("The demo sign-ins cannot be read; begin afresh with npm start -- --reset.");
}

function toSignIn(entry: unknown): Demo["signIns"][number] {
  const text = (name: string): string =>
    String((typeof entry === "object" && entry !== null ? Reflect.get(entry, name) : undefined) ?? "");
  return { label: text("label"), email: text("email"), password: text("password") };
}
