import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fileStorage } from "./storage-file.ts";

let home: string;
let directory: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "signet-storage-"));
  directory = join(home, "deep", "state");
});
afterEach(() => rm(home, { recursive: true, force: true }));

describe("file storage", () => {
  test("gives back what was set, and nothing after it was deleted", async () => {
    const storage = fileStorage(directory);
    expect(await storage.get("trust")).toBeUndefined();
    await storage.set("trust", "one");
    await storage.set("trust", "two");
    expect(await fileStorage(directory).get("trust")).toBe("two");
    await storage.delete("trust");
    await storage.delete("trust");
    expect(await storage.get("trust")).toBeUndefined();
  });

  test("adds a text once, whoever tries at the same time, whole and for good", async () => {
    const texts = Array.from({ length: 20 }, (_, index) => `${index} `.repeat(10_000));
    const added = await Promise.all(texts.map((text) => fileStorage(directory).add?.("entry", text)));
    expect(added.filter(Boolean).length).toBe(1);
    const storage = fileStorage(directory);
    expect(await storage.get("entry")).toBe(texts[added.indexOf(true)]);
    expect([await storage.add?.("entry", "later"), await storage.list()]).toEqual([false, ["entry"]]);
    expect(await readdir(directory)).toEqual(["entry.json"]);
  });

  test.skipIf(process.platform === "win32")("is for this user's eyes only", async () => {
    await fileStorage(directory).set("device-key", "secret");
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    expect((await stat(join(directory, "device-key.json"))).mode & 0o777).toBe(0o600);
  });

  test("never shows half a text, whoever reads and writes at the same time", async () => {
    const storage = fileStorage(directory);
    const texts = ["a".repeat(100_000), "b".repeat(200_000)];
    await storage.set("trust", texts[0] ?? "");
    const writes = Array.from({ length: 20 }, (_, index) => storage.set("trust", texts[index % 2] ?? ""));
    const reads = Array.from({ length: 50 }, () => storage.get("trust"));
    for (const text of await Promise.all(reads)) expect(texts).toContain(text);
    await Promise.all(writes);
    expect(await readdir(directory)).toEqual(["trust.json"]);
  });

  test("writes nothing outside its directory, and leaves no litter when a write fails", async () => {
    const storage = fileStorage(directory);
    await storage.set("trust", "old");
    for (const name of ["../escape", "a/b", "", "trust.json", "nul\0"]) {
      await expect(storage.set(name, "new")).rejects.toThrow();
    }
    expect(await readdir(directory)).toEqual(["trust.json"]);
    expect(await readdir(join(home, "deep"))).toEqual(["state"]);
  });

  test("reports a disk it cannot use", async () => {
    await writeFile(join(home, "file"), "");
    await expect(fileStorage(join(home, "file", "state")).set("trust", "text")).rejects.toThrow(
      /ENOTDIR|EEXIST/,
    );
  });
});
