import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { nodePlatform, stateHome } from "./platform-node.ts";

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

test("state is kept where each system keeps it", () => {
  const home = () => "/home/ada";
  expect(stateHome("linux", {}, home)).toBe("/home/ada/.local/state");
  expect(stateHome("linux", { XDG_STATE_HOME: "/state" }, home)).toBe("/state");
  expect(stateHome("darwin", {}, home)).toBe("/home/ada/Library/Application Support");
  expect(stateHome("win32", { LOCALAPPDATA: "C:\\Local" }, home)).toBe("C:\\Local");
});

test("each tenant and product has a directory of its own, which no name can leave", async () => {
  const home = await mkdtemp(join(tmpdir(), "signet-state-"));
  cleanups.push(() => rm(home, { recursive: true, force: true }));
  vi.stubEnv("XDG_STATE_HOME", home);
  vi.stubEnv("LOCALAPPDATA", home);
  await nodePlatform.storage("acme", "renderer").set("trust", "text");
  await nodePlatform.storage("../..", "../../etc").set("trust", "text");
  expect(await nodePlatform.storage("acme", "modeller").get("trust")).toBeUndefined();
  expect(await readdir(home)).toEqual(["signet"]);
  expect((await readdir(join(home, "signet"))).sort()).toEqual(["_____", "acme"]);
});

test("a device is shown by a name its owner knows", () => {
  expect(nodePlatform.device()).toEqual({
    name: expect.stringMatching(/^.{1,100}$/),
    platform: `${process.platform} ${process.arch}`,
  });
});
