import { join } from "node:path";
import { Installation } from "./launcher.ts";

/** Playwright's global setup: Signet as `npm start` runs it; the returned function ends it. */
export default async function setup(): Promise<() => Promise<void>> {
  const installation = await Installation.create();
  const launcher = installation.spawn();
  try {
    await launcher.untilPrinted("Signet is running.");
  } catch (error) {
    await launcher.stop();
    installation.remove();
    throw error;
  }
  process.env.SIGNET_PORTAL_URL = installation.portalUrl;
  process.env.SIGNET_LICENSE_SERVER_URL = installation.licenseServerUrl;
  // As whoever started it reads it: printed, and nowhere else.
  process.env.SIGNET_OUTBOX_URL = /http\S+\/outbox\/open\?key=[\w-]+/.exec(launcher.output)?.[0] ?? "";
  process.env.SIGNET_DEMO_FILE = join(installation.home, "demo.json");
  return async () => {
    await launcher.stop();
    installation.remove();
  };
}
