import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import { SDK_VERSION } from "#sdk/version.ts";
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

/** Writes the SDK's reference, which the portal shows, when its docstrings changed. */
export async function generateReference(signal: AbortSignal): Promise<void> {
  const hash = hashOf(["sdk/typescript/src", "sdk/typescript/typedoc.json", "package-lock.json"]);
  await step("Writing the SDK reference", "SDK reference", () =>
    onceFor("sdk/typescript/reference/.signet-hash", hash, async () => {
      const typedoc = join(ROOT, "node_modules/typedoc/bin/typedoc");
      await run(
        "typedoc",
        [typedoc, "--options", join(ROOT, "sdk/typescript/typedoc.json")],
        process.env,
        signal,
      );
    }),
  );
}

/** Packs the SDK for developers, who install it from the portal, when its sources changed. */
export async function packSdk(signal: AbortSignal): Promise<void> {
  const sources = ["src", "examples", "package.json", "tsconfig.build.json", "README.md", "LICENSE"];
  const hash = hashOf([...sources.map((path) => `sdk/typescript/${path}`), "package-lock.json"]);
  await step("Packing the SDK", "SDK package", () =>
    onceFor(
      "public/.signet-sdk-hash",
      hash,
      async () => {
        const argv = ["pack", "--pack-destination", join(ROOT, "public")];
        const options = { command: "npm", cwd: join(ROOT, "sdk/typescript") };
        await run("npm pack", argv, process.env, signal, options);
      },
      `public/signet-sdk-${SDK_VERSION}.tgz`,
    ),
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

/** What the seed tells about the trial tenant it made, as far as it is printed. */
export interface Demo {
  readonly signIns: readonly { readonly label: string; readonly email: string; readonly password: string }[];
}

/**
 * Seeds a database that has no tenant, or goes on where that was interrupted, and remembers all that the seed told.
 * Returns the sign-ins remembered, if this installation made them.
 */
export async function seed(
  home: Home,
  ownerUrl: string,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Demo | undefined> {
  const known: unknown = existsSync(home.demo) ? JSON.parse(readFileSync(home.demo, "utf8")) : undefined;
  const interrupted = property(known, "complete") === false;
  if (!interrupted && (await hasTenant(ownerUrl))) return known === undefined ? undefined : toDemo(known);
  // Tells a tenant half made here from one that others made, which is left alone.
  writePrivately(home.demo, { complete: false });
  return step("Seeding a trial tenant", "Trial tenant seeded", async () => {
    const output = await run("The seed", [join(ROOT, "prisma/seed.ts")], env, signal);
    const told: unknown = JSON.parse(output.trimEnd().split("\n").at(-1) ?? "");
    writePrivately(home.demo, Object.assign({ complete: true }, told));
    return toDemo(told);
  });
}

async function hasTenant(ownerUrl: string): Promise<boolean> {
  const client = new Client({ connectionString: ownerUrl });
  await client.connect();
  const { rows } = await client.query("SELECT 1 FROM tenant LIMIT 1").finally(() => client.end());
  return rows.length > 0;
}

function toDemo(told: unknown): Demo {
  const entries: unknown = property(told, "signIns");
  const signIns = Array.isArray(entries) ? entries : [];
  return {
    signIns: signIns.map((entry: unknown) => ({
      label: String(property(entry, "label")),
      email: String(property(entry, "email")),
      password: String(property(entry, "password")),
    })),
  };
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
