import { ROTATE_HELP, readRotateOptions, rotateInEnvironment, rotateInHome } from "./upkeep/rotate.ts";
import { saying } from "./upkeep/said.ts";

/** Replaces the master key; see ROTATE_HELP. */
await saying(async () => {
  const options = readRotateOptions(process.argv.slice(2));
  if (options === "help") console.log(ROTATE_HELP);
  else if (process.env.SIGNET_MASTER_KEY) await rotateInEnvironment(process.env, options.finish);
  else await rotateInHome(process.env);
});
