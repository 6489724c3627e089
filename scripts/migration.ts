import { relative } from "node:path";
import { startScratchCluster } from "#prisma/embedded/scratch.ts";
import { createMigration } from "#prisma/migrator/create-migration.ts";
import { PRISMA_FOLDER } from "#prisma/migrator/folder.ts";

const name = process.argv.slice(2).find((argument) => !argument.startsWith("-"));
if (name === undefined) {
  console.error("Name the migration: npm run migration -- add_webhook_secret");
  process.exit(1);
}
try {
  const cluster = await startScratchCluster();
  try {
    const path = await createMigration(PRISMA_FOLDER, name, cluster.url("postgres"), new Date());
    console.log(
      path === undefined
        ? "The schema and the migrations already agree; nothing was written."
        : `Wrote ${relative(process.cwd(), path)}. Read it, then commit it: it is never edited once released.`,
    );
  } finally {
    await cluster.stop();
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
