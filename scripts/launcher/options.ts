import { LaunchFailure } from "./failure.ts";

export interface Options {
  /** Reload on change, instead of a build. */
  readonly dev: boolean;
  /** Delete the data of the embedded database first. */
  readonly reset: boolean;
  /** Do not ask. */
  readonly yes: boolean;
  readonly help: boolean;
}

const FLAGS: Readonly<Record<string, keyof Options>> = {
  "--dev": "dev",
  "--reset": "reset",
  "--yes": "yes",
  "-y": "yes",
  "--help": "help",
  "-h": "help",
};

export const HELP = `npm start               start Signet
npm run dev             the same, reloading what changes
npm start -- --reset    begin afresh: delete all data, after asking (--yes: without)

Environment: PORT, LICENSE_SERVER_PORT, DATABASE_URL, REDIS_URL, SIGNET_HOME (data and secrets; default .signet).`;

/** Reads the command line; throws a LaunchFailure naming an argument it does not know. */
export function parseOptions(argv: readonly string[]): Options {
  const options = { dev: false, reset: false, yes: false, help: false };
  for (const argument of argv) {
    const option = FLAGS[argument];
    if (option === undefined) throw new LaunchFailure(`Unknown option ${argument}; see npm start -- --help.`);
    options[option] = true;
  }
  return options;
}
