/**
 * An application on a machine without a network, as a process of its own: `DIRECTORY MACHINE ROOT_KEY TENANT NOW_MS COMMAND …`. It
 * prints one line of JSON: what came out, or the code and message of the error.
 */
import { readFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { fileStorage, isSignetError, Signet } from "../src/node.ts";

const [directory = "", machine = "", rootKey = "", tenant = "", nowMs = "", command = "", ...args] =
  process.argv.slice(2);
const started = performance.now();
const signet = new Signet({
  server: "http://127.0.0.1:9",
  tenant,
  rootKey,
  product: "renderer",
  storage: fileStorage(directory),
  fingerprint: async () => ({ machine }),
  clock: { now: () => Number(nowMs) + performance.now() - started, monotonic: () => performance.now() },
});

const COMMANDS: Readonly<Record<string, (...args: string[]) => Promise<unknown>>> = {
  request: (licenseKey = "", meter = "", amount = "") =>
    signet.offline.requestFile(licenseKey, { tickets: [{ meter, amount: Number(amount) }] }),
  import: async (path = "") => (await signet.offline.importResponse(await readFile(path, "utf8"))).status,
  snapshot: async (path = "") => (await signet.offline.importSnapshot(await readFile(path, "utf8"))).seq,
  status: async () => {
    const activation = await signet.current();
    return { status: activation.status, features: activation.features };
  },
  spend: async (meter = "", times = "") => {
    const ticket = await (await signet.current()).offline.ticket(meter);
    for (let spent = 0; spent < Number(times); spent++) {
      await ticket.spend(1);
      process.stderr.write(`${ticket.remaining}\n`);
      // Whoever cuts the power by what is told here must not come late on a busy machine.
      await setTimeout(20);
    }
    return ticket.remaining;
  },
  settle: async (meter = "") => (await (await signet.current()).offline.ticket(meter)).settle(),
  journal: async () => (await signet.current()).offline.journalFiles(),
  deactivate: async () => (await signet.current()).offline.deactivate(),
  reach: async (url = "") => (await fetch(url)).status,
};

try {
  console.log(JSON.stringify({ result: (await COMMANDS[command]?.(...args)) ?? null }));
} catch (error) {
  const told = isSignetError(error)
    ? { code: error.code, reason: error.reason, message: error.message }
    : { code: "no_network", message: String(error) };
  console.log(JSON.stringify(told));
}
