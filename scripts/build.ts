import { buildPortal, generateClient, generateReference, packSdk } from "./launcher/prepare.ts";
import { saying } from "./upkeep/said.ts";

/** Makes what a clone needs before its processes can be started one by one, as npm start does before it starts them. */
await saying(async () => {
  const { signal } = new AbortController();
  await generateClient(signal);
  await generateReference(signal);
  await packSdk(signal);
  await buildPortal({ ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" }, signal);
});
