/** The entry point where there is no Node: browsers and other web-like places. */
import { SignetClient } from "./client.ts";
import { installFingerprint } from "./fingerprint.ts";
import type { Platform, SignetOptions } from "./options.ts";
import { memoryStorage, type StateStorage, webStorage } from "./storage.ts";

export * from "./exports.ts";

const web: Platform = {
  storage: (tenant, product) => localStorageUnder(`signet/${tenant}/${product}/`) ?? memoryStorage(),
  fingerprint: installFingerprint,
  device: () => ({ platform: "web" }),
};

/** Undefined where there is none, or where the page may not use it: even looking can throw. */
function localStorageUnder(prefix: string): StateStorage | undefined {
  try {
    return globalThis.localStorage ? webStorage(globalThis.localStorage, prefix) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * One product's licensing on this device.
 *
 * @throws SignetError `configuration_invalid`, whose `message` names the option that is wrong.
 *
 * @example
 * const signet = new Signet({ server, tenant: "acme", rootKey, product: "renderer" });
 * const activation = await signet.activate(licenseKey);
 */
export class Signet extends SignetClient {
  constructor(options: SignetOptions) {
    super(options, web);
  }
}
