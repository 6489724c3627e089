// A desktop application's main process, as Electron's is: it keeps the license, and the window asks it.
// Forked as desktop.mjs SERVER TENANT ROOT_KEY PRODUCT; in Electron, ipcMain and webContents take the messages' place.
import { isSignetError, Signet } from "@signet/sdk";

const [server, tenant, rootKey, product] = process.argv.slice(2);
const DAY_MS = 86_400_000;
const signet = new Signet({ server, tenant, rootKey, product });
const window = { show: (what) => process.send(what) };
let activation;

// #region license
/** What the window may offer: decided here each time, by what was verified. */
function showLicense(message) {
  const { status, graceUntil } = activation;
  window.show({ status, graceUntil, canExport: activation.has("export-4k"), message });
}

/** Opens at once with what this machine holds, and asks the server meanwhile. */
async function open() {
  activation = await signet.current();
  showLicense();
  await refresh();
}

async function refresh() {
  // Without a network it goes on until the activation ends; a signed refusal ends it here and now.
  await activation.refresh().then(() => showLicense(), explain);
}

function explain(error) {
  if (!isSignetError(error)) throw error;
  if (activation === undefined) window.show({ status: "unlicensed", message: error.message });
  else showLicense(error.message);
}
// #endregion

const requests = {
  async activate({ licenseKey }) {
    activation = await signet.activate(licenseKey);
    showLicense();
  },
  async export() {
    window.show(activation?.has("export-4k") ? { exported: "film.mov" } : { message: "Not licensed." });
  },
  async deactivate() {
    await activation?.deactivate();
    activation = undefined;
    window.show({ status: "unlicensed" });
  },
};

process.on("message", (request) => requests[request.ask]?.(request).catch(explain));
process.on("disconnect", () => process.exit()); // the window was closed
setInterval(() => activation && refresh(), DAY_MS);
open().catch(explain);
