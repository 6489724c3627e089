import { join } from "node:path";
import { freePort } from "../../prisma/embedded/cluster.ts";
import { Installation } from "./launcher.ts";
import { OIDC_CLIENT_SECRET } from "./portal.ts";

/** Playwright's global setup: Signet as `npm start` runs it; the returned function ends it. */
export default async function setup(): Promise<() => Promise<void>> {
  const installation = await Installation.create();
  const oidcPort = await freePort();
  const launcher = installation.spawn([], {
    OIDC_ISSUER: `http://localhost:${oidcPort}`,
    OIDC_CLIENT_ID: "signet",
    OIDC_CLIENT_SECRET,
    OIDC_NAME: "Acme SSO",
  });
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
  // Nobody is there until the one test that needs the provider starts it.
  process.env.SIGNET_OIDC_PORT = String(oidcPort);
  process.env.SIGNET_DEMO_FILE = join(installation.home, "demo.json");
  return async () => {
    await launcher.stop();
    installation.remove();
  };
}
