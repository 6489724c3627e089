import { migrate } from "#prisma/migrator/migrate.ts";
import { loadEnv } from "#server/platform/env.ts";
import { checkExternal } from "./launcher/database.ts";
import { LaunchFailure } from "./launcher/failure.ts";
import { masterKeyChecks } from "./launcher/master-keys.ts";
import { step } from "./launcher/progress.ts";
import { saying } from "./upkeep/said.ts";

/** Brings the database of DATABASE_URL to the state of this code, for installations that npm start does not start. */
await saying(async () => {
  const ownerUrl = process.env.DATABASE_URL;
  if (!ownerUrl) throw new LaunchFailure("Set DATABASE_URL to the URL of the database's owner.");
  // It opens no session, so that it needs no secret for them.
  const env = loadEnv({ NEXTAUTH_SECRET: "-".repeat(32), ...process.env });
  await checkExternal(ownerUrl);
  // A role's password that the operator chose is the operator's to set.
  const appUrl = process.env.DATABASE_APP_URL ? {} : { appUrl: env.DATABASE_APP_URL };
  const { applied } = await step("Migrating the database", "Migrations", () =>
    migrate({ ownerUrl, ...appUrl, ...masterKeyChecks(env) }),
  );
  for (const name of applied) console.log(`  ${name}`);
});
