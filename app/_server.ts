import { type Container, createContainer } from "#server/container.ts";
import { loadEnv } from "#server/platform/env.ts";

declare global {
  var signetContainer: Container | undefined;
}

/** Every service, built once a process: Next loads this module once for each bundle, so it is kept on globalThis. */
export function server(): Container {
  globalThis.signetContainer ??= createContainer(loadEnv(), "web");
  return globalThis.signetContainer;
}
