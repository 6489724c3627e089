import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LaunchFailure } from "./failure.ts";
import type { Home } from "./home.ts";

export interface Secrets {
  readonly SIGNET_MASTER_KEY: string;
  /** Kept as long as the database may still have something sealed under it: while the master key is being replaced. */
  readonly SIGNET_MASTER_KEY_PREVIOUS?: string;
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

/** Puts a new master key in the place of this one, which is kept beside it. Where that was done before, it goes on with those two. */
export function beginMasterKey(
  home: Home,
  secrets: Secrets,
): Secrets & { SIGNET_MASTER_KEY_PREVIOUS: string } {
  const { SIGNET_MASTER_KEY, SIGNET_MASTER_KEY_PREVIOUS: previous } = secrets;
  if (previous !== undefined) return { ...secrets, SIGNET_MASTER_KEY_PREVIOUS: previous };
  const begun = {
    ...secrets,
    SIGNET_MASTER_KEY: randomBytes(32).toString("base64"),
    SIGNET_MASTER_KEY_PREVIOUS: SIGNET_MASTER_KEY,
  };
  writePrivately(home.secrets, begun);
  return begun;
}

/** Forgets the previous master key. */
export function finishMasterKey(home: Home, secrets: Secrets): void {
  const { SIGNET_MASTER_KEY_PREVIOUS: _, ...rest } = secrets;
  writePrivately(home.secrets, rest);
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
  const has = (name: string): boolean => typeof stored === "object" && stored !== null && name in stored;
  return {
    SIGNET_MASTER_KEY: text("SIGNET_MASTER_KEY"),
    NEXTAUTH_SECRET: text("NEXTAUTH_SECRET"),
    databasePassword: text("databasePassword"),
    ...(has("demoSecret") ? { demoSecret: text("demoSecret") } : {}),
    ...(has("SIGNET_MASTER_KEY_PREVIOUS")
      ? { SIGNET_MASTER_KEY_PREVIOUS: text("SIGNET_MASTER_KEY_PREVIOUS") }
      : {}),
  };
}

/** Writes JSON that only this user may read, all of it or nothing. */
export function writePrivately(path: string, value: unknown): void {
  const temporary = join(`${path}.${process.pid}.tmp`);
  writeFileSync(temporary, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(temporary, path);
}
