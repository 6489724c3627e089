import { LaunchFailure } from "./launcher/failure.ts";
import { step } from "./launcher/progress.ts";
import { buildWorld } from "./world/build.ts";
import { readWorldOptions, WORLD_HELP } from "./world/options.ts";
import { withDatabase } from "./world/with-database.ts";

/** Fills a tenant of its own with a large, repeatable world; see WORLD_HELP. */
async function main(): Promise<void> {
  const options = readWorldOptions(process.argv.slice(2), new Date());
  if (options === "help") {
    console.log(WORLD_HELP);
    return;
  }
  await withDatabase(async (connections) => {
    const world = await buildWorld(connections, options, step);
    console.log(`
  Tenant     ${world.slug}
  Sign in    ${world.email}
  Password   ${world.password}
  Stored     ${Object.entries(world.counts)
    .map(([what, count]) => `${count.toLocaleString("en")} ${what}`)
    .join(", ")}
  Until      ${options.until.toISOString()} (give --until to make the same world again)
`);
  });
}

try {
  await main();
} catch (error) {
  const said = error instanceof LaunchFailure || (error instanceof Error && "code" in error);
  console.error(said && error instanceof Error ? `\n${error.message}` : error);
  process.exitCode = 1;
}
