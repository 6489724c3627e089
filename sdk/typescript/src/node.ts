/** The entry point on Node, Electron, Deno and Bun. */
import { SignetClient } from "./client.ts";
import type { SignetOptions } from "./options.ts";
import { nodePlatform } from "./platform-node.ts";

export * from "./exports.ts";
export { machineFingerprint } from "./fingerprint-node.ts";
export { fileStorage } from "./storage-file.ts";

/**
 * One product's licensing on this device.
 *
 * @throws SignetError `configuration_invalid`, whose `message` names the option that is wrong.
 *
 * @example
 * const signet = new Signet({ server, tenant: "acme", rootKey, product: "renderer" });
 * const activation = await signet.current().catch(() => signet.activate(licenseKey));
 */
export class Signet extends SignetClient {
  constructor(options: SignetOptions) {
    super(options, nodePlatform);
  }
}
