import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { LaunchFailure } from "./launcher/failure.ts";
import { step } from "./launcher/progress.ts";
import { backUp } from "./upkeep/backup.ts";
import { saying } from "./upkeep/said.ts";
import { withOwnerUrl } from "./upkeep/target.ts";

const HELP = `npm run backup -- FILE    write everything in the database, as of now, into FILE

Signet may be running. The database is that of DATABASE_URL, or the embedded one in SIGNET_HOME. The file is no use without
the master key: keep a copy of SIGNET_HOME/secrets.json (or of the key in your environment) apart from it.`;

await saying(async () => {
  const [file, ...rest] = process.argv.slice(2);
  if (file === "--help" || file === "-h") {
    console.log(HELP);
    return;
  }
  if (file === undefined || file.startsWith("-") || rest.length > 0)
    throw new LaunchFailure("Name the file: npm run backup -- signet.backup");
  const path = resolve(file);
  if (existsSync(path)) throw new LaunchFailure(`${path} is there already; name another file.`);
  const { takenAt, rows, bytes } = await withOwnerUrl((ownerUrl) =>
    step("Backing up", "Backed up", () => backUp(ownerUrl, path)),
  );
  const size = new Intl.NumberFormat("en", { style: "unit", unit: "megabyte", maximumSignificantDigits: 3 });
  console.log(`
  ${path}
  ${rows.toLocaleString("en")} rows as of ${takenAt.toISOString()}, ${size.format(bytes / 1e6)}
`);
});
