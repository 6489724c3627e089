/**
 * The ten-line application of a licensed product, as a process of its own with the real SDK:
 * `node app.ts SERVER TENANT ROOT_KEY PRODUCT DEVICE STATE_DIRECTORY COMMAND [LICENSE_KEY]`.
 * `activate` activates; `offline` verifies what is stored without touching the network. Prints one line.
 */
import { fileStorage, isSignetError, Signet } from "../../sdk/typescript/src/node.ts";

const [
  server = "",
  tenant = "",
  rootKey = "",
  product = "",
  device = "",
  directory = "",
  command = "",
  key = "",
] = process.argv.slice(2);
const offline: typeof fetch = () => Promise.reject(new Error("This process has no network."));

try {
  const signet = new Signet({
    server,
    tenant,
    rootKey,
    product,
    storage: fileStorage(directory),
    fingerprint: async () => ({ machine: Buffer.from(device.padEnd(24, "-")).toString("base64url") }),
    ...(command === "offline" ? { fetch: offline } : {}),
  });
  const activation = command === "activate" ? await signet.activate(key) : await signet.current();
  console.log(`${activation.status} ${JSON.stringify(activation.features)}`);
} catch (error) {
  if (!isSignetError(error)) throw error;
  console.log(`${error.code}: ${error.message}`);
}
