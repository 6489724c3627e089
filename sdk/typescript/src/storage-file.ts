import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
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
    async set(name, text) {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const draft = join(directory, `.${name}.${randomUUID()}`);
      try {
        await writeDurably(draft, text);
        await rename(draft, pathOf(directory, name));
      } catch (error) {
        await rm(draft, { force: true });
        throw error;
      }
    },
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
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
