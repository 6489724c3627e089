import { Client } from "pg";
import { ensureRoles } from "#prisma/migrator/roles.ts";
import {
  isSealedUnder,
  type MasterKeys,
  presentProcesses,
  rotateMasterKey,
} from "#prisma/migrator/rotate-master-key.ts";
import { databaseAppUrl, decodeMasterKey } from "#server/platform/master-key.ts";
import { checkExternal, startEmbedded } from "../launcher/database.ts";
import { LaunchFailure } from "../launcher/failure.ts";
import { openHome } from "../launcher/home.ts";
import { printLine, step } from "../launcher/progress.ts";
import { beginMasterKey, finishMasterKey, loadSecrets } from "../launcher/secrets.ts";

export const ROTATE_HELP = `npm run rotate:master-key              replace the master key, under which every stored secret is sealed
npm run rotate:master-key -- --finish  give the database role signet_app the password derived from the new key

Where npm start made the key: stop Signet, run it, start again. The new key is in SIGNET_HOME/secrets.json.

Where the key is in the environment: make a new one (openssl rand -base64 32), restart each process with
SIGNET_MASTER_KEY set to it and SIGNET_MASTER_KEY_PREVIOUS to the old one, then run this with both and DATABASE_URL.
Killed in the middle, it loses nothing: run it again, and it goes on.`;

export function readRotateOptions(argv: readonly string[]): { readonly finish: boolean } | "help" {
  if (argv.includes("--help") || argv.includes("-h")) return "help";
  const unknown = argv.find((argument) => argument !== "--finish");
  if (unknown !== undefined)
    throw new LaunchFailure(`Unknown option ${unknown}; see npm run rotate:master-key -- --help.`);
  return { finish: argv.includes("--finish") };
}

/** Of an installation whose key is in its home directory, and which is stopped: from the first step to the last. */
export async function rotateInHome(env: NodeJS.ProcessEnv): Promise<void> {
  const external = env.DATABASE_URL || undefined;
  const { home, release } = openHome(env.SIGNET_HOME);
  try {
    const known = loadSecrets(home);
    const database =
      external === undefined ? await startEmbedded(home, known.databasePassword, printLine) : null;
    try {
      if (external !== undefined) await checkExternal(external);
      const ownerUrl = database?.ownerUrl ?? external ?? "";
      await refuseRunning(ownerUrl);
      const secrets = beginMasterKey(home, known);
      const keys = { current: secrets.SIGNET_MASTER_KEY, previous: secrets.SIGNET_MASTER_KEY_PREVIOUS };
      await sealAll(ownerUrl, keys);
      if (!env.DATABASE_APP_URL) await setPassword(ownerUrl, keys.current);
      finishMasterKey(home, secrets);
      console.log(`
The new key is in ${home.secrets}: keep a copy of that file, apart from your backups.
Backups made before now still need the old key, which is in the copy that you made of it then. Start Signet again.`);
    } finally {
      await database?.stop();
    }
  } finally {
    release();
  }
}

/** Of processes that get their keys from the environment, and go on running; each step says the next. */
export async function rotateInEnvironment(env: NodeJS.ProcessEnv, finish: boolean): Promise<void> {
  const ownerUrl = required(env, "DATABASE_URL", "the URL of the database's owner");
  const keys = {
    current: required(env, "SIGNET_MASTER_KEY", "the new key"),
    previous: required(env, "SIGNET_MASTER_KEY_PREVIOUS", "the key used until now"),
  };
  for (const [name, key] of [
    ["SIGNET_MASTER_KEY", keys.current],
    ["SIGNET_MASTER_KEY_PREVIOUS", keys.previous],
  ] as const) {
    if (decodeMasterKey(key) === undefined)
      throw new LaunchFailure(`${name} must be 32 bytes in base64: openssl rand -base64 32.`);
  }
  if (keys.current === keys.previous)
    throw new LaunchFailure("Both keys are the same; set SIGNET_MASTER_KEY to a new one.");
  await checkExternal(ownerUrl);
  const hasOwnPassword = Boolean(env.DATABASE_APP_URL);
  if (finish && !(await isSealedUnder(ownerUrl, keys.current)))
    throw new LaunchFailure(
      "Not everything is sealed under the new key yet; run this without --finish first.",
    );
  if (!finish) await sealAll(ownerUrl, keys);
  if (hasOwnPassword) {
    console.log(
      "\nRestart each process without SIGNET_MASTER_KEY_PREVIOUS, one after the other; then the old key opens nothing.",
    );
    return;
  }
  const running = await presentProcesses(ownerUrl);
  if (!finish && running.length > 0) {
    console.log(`
One thing is left: the password of signet_app is still derived from the old key. When you can restart all processes at once:
  npm run rotate:master-key -- --finish
and at once restart each without SIGNET_MASTER_KEY_PREVIOUS. Until it is, a process keeps its connections and gets no new one.`);
    return;
  }
  await setPassword(ownerUrl, keys.current);
  console.log(
    running.length === 0
      ? "\nStart the processes without SIGNET_MASTER_KEY_PREVIOUS; the old key opens nothing any more."
      : `\nRestart these now, without SIGNET_MASTER_KEY_PREVIOUS: ${running.join(", ")}.`,
  );
}

async function refuseRunning(ownerUrl: string): Promise<void> {
  const running = await presentProcesses(ownerUrl);
  if (running.length > 0)
    throw new LaunchFailure(
      `Stop these first: ${running.join(", ")}. One that was killed counts for a minute.`,
    );
}

async function sealAll(ownerUrl: string, keys: MasterKeys): Promise<void> {
  await step("Sealing every secret under the new key", "Sealed under the new key", async () => {
    const count = await rotateMasterKey(ownerUrl, keys);
    printLine(`  ${count.toLocaleString("en")} secrets`);
  });
}

async function setPassword(ownerUrl: string, masterKey: string): Promise<void> {
  await step("Setting the password of signet_app", "Password of signet_app", async () => {
    const owner = new Client({ connectionString: ownerUrl });
    await owner.connect();
    await ensureRoles(owner, databaseAppUrl(ownerUrl, masterKey)).finally(() => owner.end());
  });
}

function required(env: NodeJS.ProcessEnv, name: string, what: string): string {
  const value = env[name];
  if (value) return value;
  throw new LaunchFailure(`Set ${name} to ${what}; see npm run rotate:master-key -- --help.`);
}
