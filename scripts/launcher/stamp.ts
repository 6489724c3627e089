import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "./home.ts";

/** A hash of files and folders of the repository: equal when nothing in them changed. Tests do not count. */
export function hashOf(paths: readonly string[]): string {
  const hash = createHash("sha256");
  for (const path of paths) addTo(hash, path);
  return hash.digest("hex");
}

function addTo(hash: ReturnType<typeof createHash>, path: string): void {
  const absolute = join(ROOT, path);
  if (!existsSync(absolute)) return;
  if (statSync(absolute).isDirectory()) {
    for (const name of readdirSync(absolute).sort()) addTo(hash, `${path}/${name}`);
  } else if (!/\.test\.tsx?$/.test(path)) {
    hash.update(`${path}\0`).update(readFileSync(absolute)).update("\0");
  }
}

/** Runs `work` unless the file `stamp` says it was done for the same `hash`, and what it `made` is there; returns whether it ran. */
export async function onceFor(
  stamp: string,
  hash: string,
  work: () => Promise<void>,
  made: string = stamp,
): Promise<boolean> {
  const path = join(ROOT, stamp);
  const isDone = existsSync(path) && readFileSync(path, "utf8") === hash;
  if (isDone && existsSync(join(ROOT, made))) return false;
  await work();
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, hash);
  return true;
}
