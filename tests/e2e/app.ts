/**
 * The ten-line application of a licensed product, as a process of its own with the real SDK:
 * `node app.ts SERVER TENANT ROOT_KEY PRODUCT DEVICE STATE_DIRECTORY COMMAND [LICENSE_KEY]`.
 * `activate` activates; `offline` verifies what is stored without touching the network; `checkout` activates, takes a seat for
 * the device's name, and is gone without giving it back; `spend` activates and settles a ticket of 40 render-minutes, of which it
 * used 25. Prints one line. As a machine without a network, `request` prints a request file, `import` takes the response at the
 * path that stands in the key's place, and `leave` prints the files that give the machine up.
 */
import { readFileSync } from "node:fs";
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
const WITHOUT_NETWORK = ["offline", "request", "import", "leave"];
const offline: typeof fetch = () => Promise.reject(new Error("This process has no network."));

try {
  const signet = new Signet({
    server,
    tenant,
    rootKey,
    product,
    storage: fileStorage(directory),
    fingerprint: async () => ({ machine: Buffer.from(device.padEnd(24, "-")).toString("base64url") }),
    ...(WITHOUT_NETWORK.includes(command) ? { fetch: offline } : {}),
  });
  if (command === "request") {
    console.log(await signet.offline.requestFile(key));
    process.exit();
  }
  if (command === "import") {
    const { status } = await signet.offline.importResponse(readFileSync(key, "utf8"));
    console.log(`${status}, by file`);
    process.exit();
  }
  if (command === "leave") {
    console.log((await (await signet.current()).offline.deactivate()).join("\n"));
    process.exit();
  }
  const activation = command === "offline" ? await signet.current() : await signet.activate(key);
  if (command === "checkout") {
    const seat = await activation.checkout({ holder: device });
    console.log(`${seat.status} seat ${seat.slot}`);
    process.exit();
  }
  if (command === "spend") {
    const ticket = await activation.ticket("render-minutes", 40);
    await ticket.spend(25);
    const { balance } = await ticket.settle();
    console.log(`${balance} left`);
    process.exit();
  }
  console.log(`${activation.status} ${JSON.stringify(activation.features)}`);
} catch (error) {
  if (!isSignetError(error)) throw error;
  console.log(`${error.code}: ${error.message}`);
}
