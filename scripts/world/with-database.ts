import { migrate } from "#prisma/migrator/migrate.ts";
import { loadEnv } from "#server/platform/env.ts";
import { checkExternal, startEmbedded } from "../launcher/database.ts";
import { openHome } from "../launcher/home.ts";
import { masterKeyChecks, masterKeys } from "../launcher/master-keys.ts";
import { printLine, step } from "../launcher/progress.ts";
import { loadSecrets } from "../launcher/secrets.ts";
import type { Connections } from "./tenant.ts";

/** Runs `work` on the migrated database that `npm start` would use, which must not be running. */
export async function withDatabase(work: (connections: Connections) => Promise<void>): Promise<void> {
  const external = process.env.DATABASE_URL || undefined;
  const { home, release } = openHome(process.env.SIGNET_HOME);
  try {
    const secrets = loadSecrets(home);
    const prepared = async (ownerUrl: string) => work(await prepare(ownerUrl, masterKeys(secrets)));
    if (external !== undefined) {
      await checkExternal(external);
      await prepared(external);
      return;
    }
    const database = await startEmbedded(home, secrets.databasePassword, printLine);
    await prepared(database.ownerUrl).finally(() => database.stop());
  } finally {
    release();
  }
}

async function prepare(ownerUrl: string, keys: ReturnType<typeof masterKeys>): Promise<Connections> {
  const env = loadEnv({
    NEXTAUTH_SECRET: "n".repeat(32),
    ...process.env,
    DATABASE_URL: ownerUrl,
    ...keys,
  });
  const appUrl = env.DATABASE_APP_URL;
  // A role's password that the operator chose is the operator's to set.
  const ours = process.env.DATABASE_APP_URL ? {} : { appUrl };
  await step("Migrating the database", "Migrations", () =>
    migrate({ ownerUrl, ...ours, ...masterKeyChecks(env) }),
  );
  return { ownerUrl, appUrl, masterKey: env.SIGNET_MASTER_KEY };
}
