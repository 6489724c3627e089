import { join } from "node:path";
import { migrate } from "#prisma/migrator/migrate.ts";
import { localOutboxKey } from "#server/mail/local-outbox.ts";
import { type Env, loadEnv } from "#server/platform/env.ts";
import { checkExternal, startEmbedded } from "./database.ts";
import { LaunchFailure } from "./failure.ts";
import { type Home, openHome, ROOT } from "./home.ts";
import { masterKeyChecks, masterKeys } from "./master-keys.ts";
import type { Options } from "./options.ts";
import { refuseTakenPorts } from "./ports.ts";
import { buildPortal, generateClient, generateReference, packSdk, seed } from "./prepare.ts";
import { type ProcessSpec, Supervised } from "./processes.ts";
import { colour, printLine, step } from "./progress.ts";
import { untilAnswering } from "./ready.ts";
import { reset } from "./reset.ts";
import { loadSecrets } from "./secrets.ts";
import type { Shutdown } from "./shutdown.ts";
import { printSummary } from "./summary.ts";

/**
 * Brings Signet up, step by step; returns once it answers. Throws a LaunchFailure for what the operator must put right.
 */
export async function launch(options: Options, shutdown: Shutdown): Promise<void> {
  const { signal } = shutdown;
  const external = process.env.DATABASE_URL || undefined;
  const { home, release } = openHome(process.env.SIGNET_HOME);
  shutdown.add(release);
  if (options.reset) await reset(home, external !== undefined, options.yes);
  const secrets = loadSecrets(home);
  const settings = {
    ...process.env,
    NODE_ENV: options.dev ? ("development" as const) : ("production" as const),
    LOG_FORMAT: process.env.LOG_FORMAT || "text",
    ...masterKeys(secrets),
    NEXTAUTH_SECRET: process.env.NEXTAUTH_SECRET || secrets.NEXTAUTH_SECRET,
    NEXT_TELEMETRY_DISABLED: "1",
  };
  const ports = read({ ...settings, DATABASE_URL: external ?? "postgresql://localhost/" });
  await refuseTakenPorts({ PORT: ports.PORT, LICENSE_SERVER_PORT: ports.LICENSE_SERVER_PORT });

  const ownerUrl = external ?? (await embeddedDatabase(home, secrets.databasePassword, shutdown));
  if (external !== undefined) await step("Reaching the database", "Database", () => checkExternal(external));
  const env = read({ ...settings, DATABASE_URL: ownerUrl });
  const childEnv: NodeJS.ProcessEnv = {
    ...settings,
    DATABASE_APP_URL: env.DATABASE_APP_URL,
    NEXTAUTH_URL: env.NEXTAUTH_URL,
    LICENSE_SERVER_URL: env.LICENSE_SERVER_URL,
  };
  // The owner's connection stays here: the processes get the one that row-level security binds.
  delete childEnv.DATABASE_URL;

  await generateClient(signal);
  await generateReference(signal);
  await packSdk(signal);
  await migrateDatabase(ownerUrl, env);
  const demo = await seed(home, ownerUrl, { ...childEnv, SIGNET_DEMO_SECRET: secrets.demoSecret }, signal);
  if (!options.dev) await buildPortal(childEnv, signal);
  await startProcesses(options.dev, home, env, childEnv, shutdown);
  const outbox =
    env.SMTP_URL === undefined
      ? `${env.NEXTAUTH_URL}/outbox/open?key=${localOutboxKey(env.NEXTAUTH_SECRET)}`
      : undefined;
  const { NEXTAUTH_URL: portal, LICENSE_SERVER_URL: licenseServer } = env;
  printSummary({ portal, licenseServer, demo, outbox, logs: home.logs });
}

async function embeddedDatabase(home: Home, password: string, shutdown: Shutdown): Promise<string> {
  const database = await step("Starting the embedded PostgreSQL", "PostgreSQL", () =>
    startEmbedded(home, password, (sentence) => printLine(colour(33, sentence))),
  );
  shutdown.add(
    () => database.stop(),
    () => database.kill(),
  );
  return database.ownerUrl;
}

async function startProcesses(
  dev: boolean,
  home: Home,
  env: Env,
  childEnv: NodeJS.ProcessEnv,
  shutdown: Shutdown,
): Promise<void> {
  shutdown.signal.throwIfAborted();
  const children = specs(dev).map((spec) => new Supervised(spec, home, childEnv));
  shutdown.add(
    async () => {
      await Promise.all(children.map((child) => child.stop()));
    },
    () => {
      for (const child of children) child.kill();
    },
  );
  const url = (port: number, path: string) => `http://127.0.0.1:${port}${path}`;
  await step("Starting the processes", "Processes", async () => {
    for (const child of children) child.start();
    const wait = { logs: home.logs, signal: shutdown.signal, dev };
    await untilAnswering("license-server", url(env.LICENSE_SERVER_PORT, "/healthz"), wait);
    await untilAnswering("web", url(env.PORT, "/sign-in"), wait);
  });
}

function read(source: NodeJS.ProcessEnv): Env {
  try {
    return loadEnv(source);
  } catch (cause) {
    throw new LaunchFailure(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

async function migrateDatabase(ownerUrl: string, env: Env): Promise<void> {
  // A role's password that the operator chose is the operator's to set.
  const appUrl = process.env.DATABASE_APP_URL ? {} : { appUrl: env.DATABASE_APP_URL };
  try {
    await step("Migrating the database", "Migrations", () =>
      migrate({ ownerUrl, ...appUrl, ...masterKeyChecks(env) }),
    );
  } catch (cause) {
    throw new LaunchFailure(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function specs(dev: boolean): ProcessSpec[] {
  const watch = dev ? ["--watch", "--watch-preserve-output"] : [];
  return [
    { name: "license-server", argv: [...watch, join(ROOT, "server/license-server/main.ts")], colour: 35 },
    { name: "worker", argv: [...watch, join(ROOT, "workers/main.ts")], colour: 36 },
    { name: "web", argv: [join(ROOT, "scripts/web.ts")], colour: 34 },
  ];
}
