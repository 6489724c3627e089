import { createInterface } from "node:readline";
import { fileStorage, Signet } from "../src/node.ts";

/** An application that records and sends usage for as long as it lives, and says so once something is on disk. Killed by its test. */
const [server = "", tenant = "", rootKey = "", product = "", directory = "", machine = "", first = "0"] =
  process.argv.slice(2);
const storage = fileStorage(directory);
const signet = new Signet({
  server,
  tenant,
  rootKey,
  product,
  storage,
  fingerprint: async () => ({ machine }),
});
// It also ends when its test does.
createInterface({ input: process.stdin }).on("close", () => process.exit());
const activation = await signet.current();
const ticket = await activation.ticket("credits", 200);
for (let number = Number(first); ; number++) {
  await activation.usage.record("credits", 1, { id: `job ${number}`, at: new Date(0) });
  await ticket.spend(1);
  console.log(`${number}`);
  activation.usage.flush().catch(() => undefined);
}
