import { MigrationError } from "#prisma/migrator/errors.ts";
import { LaunchFailure } from "./launcher/failure.ts";
import { ROTATE_HELP, readRotateOptions, rotateInEnvironment, rotateInHome } from "./upkeep/rotate.ts";

/** Replaces the master key; see ROTATE_HELP. */
async function main(): Promise<void> {
  const options = readRotateOptions(process.argv.slice(2));
  if (options === "help") console.log(ROTATE_HELP);
  else if (process.env.SIGNET_MASTER_KEY) await rotateInEnvironment(process.env, options.finish);
  else await rotateInHome(process.env);
}

try {
  await main();
} catch (error) {
  const said = error instanceof LaunchFailure || error instanceof MigrationError;
  console.error(said ? `\n${error.message}` : error);
  process.exitCode = 1;
}
