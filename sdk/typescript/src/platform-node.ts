import { homedir, hostname } from "node:os";
import { join } from "node:path";
import { machineFingerprint } from "./fingerprint-node.ts";
import type { Platform } from "./options.ts";
import { fileStorage } from "./storage-file.ts";

const DEVICE_NAME_LENGTH_MAX = 100;

/** Node, Electron's main process, Deno and Bun. */
export const nodePlatform: Platform = {
  storage: (tenant, product) => fileStorage(join(stateHome(), "signet", fileName(tenant), fileName(product))),
  fingerprint: machineFingerprint,
  device: () => ({
    name: hostname().slice(0, DEVICE_NAME_LENGTH_MAX),
    platform: `${process.platform} ${process.arch}`,
  }),
};

/** Where this system keeps what programs remember for a user. */
export function stateHome(
  platform: string = process.platform,
  env: Readonly<Record<string, string | undefined>> = process.env,
  home: () => string = homedir,
): string {
  switch (platform) {
    case "win32":
      return env.LOCALAPPDATA ?? join(home(), "AppData", "Local");
    case "darwin":
      return join(home(), "Library", "Application Support");
    default:
      return env.XDG_STATE_HOME ?? join(home(), ".local", "state");
  }
}

function fileName(text: string): string {
  return text.replace(/[^A-Za-z0-9_-]/g, "_");
}
