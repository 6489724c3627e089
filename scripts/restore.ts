import { resolve } from "node:path";
import { LaunchFailure } from "./launcher/failure.ts";
import { step } from "./launcher/progress.ts";
import { fenceAfterRestore, markRestored, restore, type Target } from "./upkeep/restore.ts";
import { saying } from "./upkeep/said.ts";
import { withStopped } from "./upkeep/target.ts";

const HELP = `npm run restore -- FILE            fill an empty database from a backup of npm run backup
npm run restore -- FILE --moved    the same, where nothing was issued after the backup: Signet was stopped before it was made
npm run restore -- --filled        the database was filled by other means (pg_restore, a snapshot, a point in time), or a restore
                                   was interrupted after its rows were there: only make it safe to serve

Stop Signet first. The database is that of DATABASE_URL, or the embedded one in SIGNET_HOME, under the master key of the backup's
time. Without --moved, seats that look free are held for one lease (clients may have got them since), fences and trust bundles
go on above those that clients may have seen.`;

await saying(async () => {
  const given = process.argv.slice(2);
  if (given.includes("--help") || given.includes("-h")) {
    console.log(HELP);
    return;
  }
  const flags = new Set(given.filter((argument) => argument.startsWith("-")));
  const [file, ...more] = given.filter((argument) => !argument.startsWith("-"));
  const unknown = [...flags].find((flag) => flag !== "--moved" && flag !== "--filled") ?? more[0];
  if (unknown !== undefined)
    throw new LaunchFailure(`Unknown argument ${unknown}; see npm run restore -- --help.`);
  if ((file === undefined) !== flags.has("--filled") || flags.size > 1)
    throw new LaunchFailure("Name the file, or say --filled; see npm run restore -- --help.");
  await withStopped(async (target) => {
    if (file !== undefined) {
      const path = resolve(file);
      const { takenAt, rows } = await step("Restoring", "Restored", () => restore(target, path));
      console.log(`  ${rows.toLocaleString("en")} rows as of ${takenAt.toISOString()}`);
    }
    if (flags.has("--moved")) await markRestored(target.ownerUrl);
    else await makeSafe(target);
  });
  console.log("\nStart Signet.");
});

async function makeSafe(target: Target): Promise<void> {
  const { seatsHeld, awaitSignature } = await step("Making it safe to serve", "Safe to serve", () =>
    fenceAfterRestore(target),
  );
  if (seatsHeld > 0)
    console.log(
      `  ${seatsHeld.toLocaleString("en")} seats that look free are held for the time of one lease`,
    );
  for (const slug of awaitSignature)
    console.log(
      `  ${slug}: sign the prepared trust bundle (Trust, in the portal); until then, clients who saw a later one refuse this`,
    );
}
