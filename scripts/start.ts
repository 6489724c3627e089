import { LaunchFailure } from "./launcher/failure.ts";
import { launch } from "./launcher/launch.ts";
import { HELP, parseOptions } from "./launcher/options.ts";
import { Shutdown } from "./launcher/shutdown.ts";

const shutdown = new Shutdown();
const asked = new Promise<number>((resolve) => {
  const onSignal = () => {
    // Asked a second time, someone is in a hurry: what is left is killed as this process exits.
    if (shutdown.signal.aborted) process.exit(1);
    console.log("\nStopping …");
    shutdown.begin();
    resolve(0);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "disconnect"] as const) process.on(signal, onSignal);
});
// The terminal may go before we do.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);

/** The exit code, once it is over. */
async function main(): Promise<number> {
  try {
    const options = parseOptions(process.argv.slice(2));
    if (options.help) {
      console.log(HELP);
      return 0;
    }
    await launch(options, shutdown);
    return await asked;
  } catch (error) {
    if (shutdown.signal.aborted) return 0;
    console.error(error instanceof LaunchFailure ? `\n${error.message}` : error);
    return 1;
  }
}

const code = await main();
shutdown.begin();
await shutdown.finish();
process.exit(code);
