import { randomUUID } from "node:crypto";
import { link, mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { StateStorage } from "./storage.ts";

const SUFFIX = ".json";
const TEXT_FILE = /^[a-z0-9-]+\.json$/;

/**
 * Keeps state as files in `directory`, which is made when first needed. Only this user may read them (0600, in a 0700
 * directory), and each is written beside the old one and renamed over it, so that a crash leaves one or the other.
 */
export function fileStorage(directory: string): StateStorage {
  return {
    async get(name) {
      try {
        return await readFile(pathOf(directory, name), "utf8");
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    set: (name, text) => withDraft(directory, name, text, (draft) => rename(draft, pathOf(directory, name))),
    add: (name, text) => withDraft(directory, name, text, (draft) => linkNew(draft, pathOf(directory, name))),
    async delete(name) {
      await rm(pathOf(directory, name), { force: true });
    },
    async list() {
      try {
        const files = await readdir(directory);
        return files.filter((file) => TEXT_FILE.test(file)).map((file) => file.slice(0, -SUFFIX.length));
      } catch (error) {
        if (isMissing(error)) return [];
        throw error;
      }
    },
  };
}

/** Writes a text beside where it belongs and then puts it there; once that is done, no loss of power undoes it. */
async function withDraft<Value>(
  directory: string,
  name: string,
  text: string,
  place: (draft: string) => Promise<Value>,
): Promise<Value> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const draft = join(directory, `.${name}.${randomUUID()}`);
  try {
    await writeDurably(draft, text);
    return await place(draft);
  } finally {
    await rm(draft, { force: true });
    await syncDirectory(directory);
  }
}

/** @returns false where something has that name; of many at once, one is first. */
async function linkNew(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  }
}

/** A name is as durable as its directory. Windows has no such call, and keeps names in its file system's own journal. */
async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(text, "utf8");
    await file.sync();
  } finally {
    await file.close();
  }
}

function pathOf(directory: string, name: string): string {
  if (!/^[a-z0-9-]+$/.test(name)) throw new RangeError(`"${name}" cannot name a stored text.`);
  return join(directory, name + SUFFIX);
}

function isMissing(error: unknown): boolean {
  return hasCode(error, "ENOENT");
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
