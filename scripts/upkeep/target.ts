import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadEnv } from "#server/platform/env.ts";
import { checkExternal, startEmbedded } from "../launcher/database.ts";
import { LaunchFailure } from "../launcher/failure.ts";
import { type Home, homeAt, openHome } from "../launcher/home.ts";
import { masterKeys } from "../launcher/master-keys.ts";
import { printLine } from "../launcher/progress.ts";
import { loadSecrets, type Secrets } from "../launcher/secrets.ts";
import type { Target } from "./restore.ts";

/** Runs `work` with the owner's URL of the database that `npm start` uses, whether or not that is running. */
export async function withOwnerUrl<T>(work: (ownerUrl: string) => Promise<T>): Promise<T> {
  const external = process.env.DATABASE_URL || undefined;
  if (external !== undefined) {
    await checkExternal(external);
    return work(external);
  }
  const home = homeAt(process.env.SIGNET_HOME);
  const running = runningEmbedded(home);
  if (running !== undefined) return work(running);
  return withStopped(({ ownerUrl }) => work(ownerUrl));
}

/** Runs `work` with all that fills a database and makes it safe to serve; Signet must not be running from the home directory. */
export async function withStopped<T>(work: (target: Target) => Promise<T>): Promise<T> {
  const external = process.env.DATABASE_URL || undefined;
  const { home, release } = openHome(process.env.SIGNET_HOME);
  try {
    const secrets = loadSecrets(home);
    if (external !== undefined) {
      await checkExternal(external);
      return await work(targetOf(external, secrets));
    }
    const database = await startEmbedded(home, secrets.databasePassword, printLine);
    return await work(targetOf(database.ownerUrl, secrets)).finally(() => database.stop());
  } finally {
    release();
  }
}

function targetOf(ownerUrl: string, secrets: Secrets): Target {
  const env = loadEnv({
    NEXTAUTH_SECRET: secrets.NEXTAUTH_SECRET,
    ...process.env,
    DATABASE_URL: ownerUrl,
    ...masterKeys(secrets),
  });
  return {
    ownerUrl,
    appUrl: env.DATABASE_APP_URL,
    setsPassword: !process.env.DATABASE_APP_URL,
    masterKey: env.SIGNET_MASTER_KEY,
    previousKey: env.SIGNET_MASTER_KEY_PREVIOUS,
  };
}

/** The embedded PostgreSQL of an installation that is running: where it listens is in its own lock file. */
function runningEmbedded(home: Home): string | undefined {
  try {
    const [pid = "", , , port] = readFileSync(join(home.postgres, "postmaster.pid"), "utf8").split("\n");
    process.kill(Number(pid), 0);
    const password = encodeURIComponent(loadSecrets(home).databasePassword);
    return `postgresql://signet:${password}@127.0.0.1:${Number(port)}/signet`;
  } catch (error) {
    if (error instanceof LaunchFailure) throw error;
    return undefined;
  }
}
