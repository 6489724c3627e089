import { type Container, createContainer } from "#server/container.ts";
import { loadEnv } from "#server/platform/env.ts";

/** Where programs and their developers find this installation: URLs. */
export interface Addresses {
  readonly licenseServer: string;
  readonly portal: string;
}

declare global {
  var signetContainer: Container | undefined;
}

/** Every service, built once a process: Next loads this module once for each bundle, so it is kept on globalThis. */
export function server(): Container {
  globalThis.signetContainer ??= createContainer(loadEnv(), "web");
  return globalThis.signetContainer;
}

export function addresses(): Addresses {
  const { LICENSE_SERVER_URL, NEXTAUTH_URL } = server().env;
  return { licenseServer: LICENSE_SERVER_URL, portal: NEXTAUTH_URL };
}
