/** Says how long it took to load and to verify: `raw` by one call of Node's own, `sdk` a stored license by the built package. */
const [way, text] = process.argv.slice(2);
const given = JSON.parse(text ?? "{}");
const startMs = performance.now();
const [loadedMs, verifiedMs] = way === "raw" ? await raw() : await sdk();
process.stdout.write(JSON.stringify({ loadedMs, verifiedMs }));

async function raw() {
  const { createPublicKey, verify } = await import("node:crypto");
  const loaded = performance.now();
  const key = createPublicKey({ key: given.jwk, format: "jwk" });
  if (!verify(null, Buffer.from(given.data), key, Buffer.from(given.signature, "base64url")))
    throw new Error("A good signature was refused.");
  return [loaded - startMs, performance.now() - loaded];
}

async function sdk() {
  const { fileStorage, Signet } = await import("../../sdk/typescript/dist/node.js");
  const loaded = performance.now();
  const { tenant, product, rootKey, fingerprint, clock, state } = given;
  const signet = new Signet({
    server: "https://licenses.example",
    ...{ tenant, product, rootKey },
    storage: fileStorage(state),
    clock: { now: () => clock * 1000 },
    fingerprint: async () => fingerprint,
  });
  const { status } = await signet.current();
  if (status !== "active") throw new Error(`The license is ${status}.`);
  return [loaded - startMs, performance.now() - loaded];
}
