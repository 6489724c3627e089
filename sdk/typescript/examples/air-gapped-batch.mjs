// A batch job on a machine without a network; a person carries the files in DIRECTORY.
// node air-gapped-batch.mjs DIRECTORY TENANT ROOT_KEY PRODUCT LICENSE_KEY FRAMES
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileStorage, isSignetError, Signet } from "@signet/sdk";

const [directory, tenant, rootKey, product, licenseKey, frames] = process.argv.slice(2);
const storage = fileStorage(join(directory, "state"));
const server = "https://licenses.example.com"; // named, and never reached
const signet = new Signet({ server, tenant, rootKey, product, storage });

/** Hands on a file that was carried in, and removes it once it has been taken. */
async function take(name, use) {
  const text = await readFile(join(directory, name), "utf8").catch(() => undefined);
  if (text === undefined) return;
  await use(text).catch((error) => {
    // Taken before, when the power went before the file was gone.
    if (!isSignetError(error) || error.code !== "file_already_imported") throw error;
  });
  await rm(join(directory, name));
}

// #region request
async function requestActivation() {
  const tickets = [{ meter: "credits", amount: 50 }];
  await writeFile(join(directory, "request.txt"), await signet.offline.requestFile(licenseKey, { tickets }));
  console.log("Carry request.txt to the vendor, and the answer back as response.txt.");
}
// #endregion

// #region spend
async function render(activation) {
  const ticket = await activation.offline.ticket("credits");
  for (let frame = 1; frame <= Number(frames); frame++) {
    await ticket.spend(1); // in the journal on disk before the frame is made
    console.log(`frame ${frame}${activation.has("export-4k") ? " in 4K" : ""}`);
  }
  console.log(`${ticket.remaining} credits left`);
  for (const [index, journal] of (await activation.offline.journalFiles()).entries())
    await writeFile(join(directory, `journal-${index + 1}.txt`), journal);
}
// #endregion

try {
  await take("response.txt", (text) => signet.offline.importResponse(text));
  await take("snapshot.txt", (text) => signet.offline.importSnapshot(text));
  await render(await signet.current());
} catch (error) {
  if (!isSignetError(error)) throw error;
  if (error.code === "not_activated") await requestActivation();
  else console.error(`${error.code}: ${error.message}`);
  process.exitCode = 1;
}
