import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LaunchFailure } from "./failure.ts";
import type { Home } from "./home.ts";

export interface Secrets {
  readonly SIGNET_MASTER_KEY: string;
  readonly NEXTAUTH_SECRET: string;
  /** Of the owner of the embedded database. */
  readonly databasePassword: string;
  /** What the passwords of the trial tenant's people are derived from: known before there is anybody who has one. */
  readonly demoSecret: string;
}

/** The secrets of this installation, made once. Throws a LaunchFailure when they are gone but the data is not. */
export function loadSecrets(home: Home): Secrets {
  if (existsSync(home.secrets)) return complete(home.secrets, read(home.secrets));
  if (existsSync(home.postgres)) {
    throw new LaunchFailure(
      `${home.secrets} is missing while its database is there; restore it from a backup, or begin afresh with npm start -- --reset.`,
    );
  }
  const made = {
    SIGNET_MASTER_KEY: randomBytes(32).toString("base64"),
    NEXTAUTH_SECRET: randomBytes(32).toString("base64"),
    databasePassword: randomBytes(24).toString("base64url"),
  };
  return complete(home.secrets, made);
}

/** Adds the secret that an earlier version did not have, and keeps them all. */
function complete(path: string, known: Partial<Secrets> & Omit<Secrets, "demoSecret">): Secrets {
  const { demoSecret } = known;
  if (demoSecret !== undefined) return { ...known, demoSecret };
  const secrets = { ...known, demoSecret: randomBytes(32).toString("base64url") };
  writePrivately(path, secrets);
  return secrets;
}

function read(path: string): Partial<Secrets> & Omit<Secrets, "demoSecret"> {
  const problem = `${path} is damaged; restore it from a backup, or begin afresh with npm start -- --reset.`;
  let stored: unknown;
  try {
    stored = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new LaunchFailure(problem, { cause });
  }
  const text = (name: string): string => {
    const value: unknown =
      typeof stored === "object" && stored !== null ? Reflect.get(stored, name) : undefined;
    if (typeof value !== "string" || value === "") throw new LaunchFailure(problem);
    return value;
  };
  const hasDemoSecret = typeof stored === "object" && stored !== null && "demoSecret" in stored;
  return {
    SIGNET_MASTER_KEY: text("SIGNET_MASTER_KEY"),
    NEXTAUTH_SECRET: text("NEXTAUTH_SECRET"),
    databasePassword: text("databasePassword"),
    ...(hasDemoSecret ? { demoSecret: text("demoSecret") } : {}),
  };
}

/** Writes JSON that only this user may read, all of it or nothing. */
export function writePrivately(path: string, value: unknown): void {
  const temporary = join(`${path}.${process.pid}.tmp`);
  writeFileSync(temporary, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(temporary, path);
}
