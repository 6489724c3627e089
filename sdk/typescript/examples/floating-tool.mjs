// A command line tool under a floating license: it holds a seat while it works, and no longer.
// node floating-tool.mjs SERVER TENANT ROOT_KEY PRODUCT LICENSE_KEY FRAMES
import { hostname, userInfo } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { isSignetError, Signet } from "@signet/sdk";

const [server, tenant, rootKey, product, licenseKey, frames] = process.argv.slice(2);
const signet = new Signet({ server, tenant, rootKey, product });
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => stop.abort("Interrupted."));

// #region seat
/** Works on a seat of its own, which goes back however the work ends. */
async function withSeat(activation, work) {
  const holder = `${userInfo().username}@${hostname()}`;
  const seat = await activation.checkout({ holder, signal: stop.signal });
  seat.on("lost", ({ message }) => stop.abort(message)); // finish the frame, save, and end
  try {
    return await work(seat);
  } finally {
    await seat.release().catch(() => {}); // a seat that cannot be given back comes back by itself
  }
}
// #endregion

async function render(seat) {
  for (let frame = 1; frame <= Number(frames); frame++) {
    if (stop.signal.aborted) return console.error(`${stop.signal.reason} Saved up to frame ${frame - 1}.`);
    console.log(`frame ${frame} on seat ${seat.slot}`);
    await pause(100);
  }
}

try {
  const activation = await signet.current().catch(() => signet.activate(licenseKey));
  await withSeat(activation, render);
  if (stop.signal.aborted) process.exitCode = 130;
} catch (error) {
  if (!isSignetError(error)) throw error;
  console.error(`${error.code}: ${error.message}`);
  process.exitCode = error.retryable ? 75 : 1; // 75: try again later
}
