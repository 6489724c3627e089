import { migrate } from "#prisma/migrator/migrate.ts";
import { loadEnv } from "#server/platform/env.ts";
import { masterKeyCheck } from "#server/platform/master-key.ts";
import { checkExternal, startEmbedded } from "./launcher/database.ts";
import { LaunchFailure } from "./launcher/failure.ts";
import { openHome } from "./launcher/home.ts";
import { printLine, step } from "./launcher/progress.ts";
import { loadSecrets } from "./launcher/secrets.ts";
import { buildWorld } from "./world/build.ts";
import { readWorldOptions, WORLD_HELP, type WorldOptions } from "./world/options.ts";

/** Fills a tenant of its own with a large, repeatable world; see WORLD_HELP. */
async function main(): Promise<void> {
  const options = readWorldOptions(process.argv.slice(2), new Date());
  if (options === "help") {
    console.log(WORLD_HELP);
    return;
  }
  const external = process.env.DATABASE_URL || undefined;
  const { home, release } = openHome(process.env.SIGNET_HOME);
  try {
    const secrets = loadSecrets(home);
    const masterKey = process.env.SIGNET_MASTER_KEY || secrets.SIGNET_MASTER_KEY;
    if (external !== undefined) {
      await checkExternal(external);
      await fill(external, masterKey, options);
      return;
    }
    const database = await startEmbedded(home, secrets.databasePassword, printLine);
    await fill(database.ownerUrl, masterKey, options).finally(() => database.stop());
  } finally {
    release();
  }
}

async function fill(ownerUrl: string, masterKey: string, options: WorldOptions): Promise<void> {
  const { DATABASE_APP_URL: appUrl } = loadEnv({
    NEXTAUTH_SECRET: "n".repeat(32),
    ...process.env,
    DATABASE_URL: ownerUrl,
    SIGNET_MASTER_KEY: masterKey,
  });
  const ours = process.env.DATABASE_APP_URL ? {} : { appUrl };
  await step("Migrating the database", "Migrations", () =>
    migrate({ ownerUrl, ...ours, masterKeyCheck: masterKeyCheck(masterKey) }),
  );
  const world = await buildWorld({ ownerUrl, appUrl, masterKey }, options, step);
  console.log(`
  Tenant     ${world.slug}
  Sign in    ${world.email}
  Password   ${world.password}
  Stored     ${Object.entries(world.counts)
    .map(([what, count]) => `${count.toLocaleString("en")} ${what}`)
    .join(", ")}
  Until      ${options.until.toISOString()} (give --until to make the same world again)
`);
}

try {
  await main();
} catch (error) {
  const said = error instanceof LaunchFailure || (error instanceof Error && "code" in error);
  console.error(said && error instanceof Error ? `\n${error.message}` : error);
  process.exitCode = 1;
}
