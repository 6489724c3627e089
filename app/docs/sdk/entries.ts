/** Every entry point of the SDK's package that a program imports, as the reference names its module. */
export const ENTRIES: readonly {
  readonly path: string;
  readonly module: string;
  readonly title: string;
  readonly about: string;
}[] = [
  {
    path: "",
    module: "node",
    title: "TypeScript SDK",
    about:
      '`import { Signet } from "@signet/sdk"`, in Node, Electron, Deno, Bun and browsers. How to begin is in the [quick start](/docs/start/desktop).',
  },
  {
    path: "verify",
    module: "verify",
    title: "SDK: verification alone",
    about:
      '`import { openTrustBundle, verifyToken } from "@signet/sdk/verify"`, without network, storage or clock.',
  },
  {
    path: "backend",
    module: "backend",
    title: "SDK: your own backend",
    about:
      '`import { meter, SignetBackend } from "@signet/sdk/backend"`, with an API key. How to begin is in [API credits](/docs/start/credits).',
  },
  {
    path: "react",
    module: "react",
    title: "SDK: React hooks",
    about:
      '`import { useLicense, useSeat } from "@signet/sdk/react"`, in browsers and Electron windows. How to begin is in [React](/docs/start/react).',
  },
];
