import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Client } from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { PRISMA_FOLDER, readMigrations } from "#prisma/migrator/folder.ts";
import { migrate } from "#prisma/migrator/migrate.ts";
import { markUnfinished, refuseUnfinishedRestore } from "#prisma/migrator/restored.ts";
import { systemClock } from "#server/platform/clock.ts";
import { createDatabase } from "#server/platform/database.ts";
import { eachTenant } from "#server/platform/each-tenant.ts";
import { localKeyWrapper, masterKeyCheck } from "#server/platform/master-key.ts";
import { createTrust } from "#server/trust/service.ts";
import { createVault } from "#server/trust/vault.ts";
import { LaunchFailure } from "../launcher/failure.ts";
import { quoted, tablesOf } from "./backup.ts";
import { openBackup } from "./backup-file.ts";

const CHUNK_BYTES = 64 * 1024;

export interface Target {
  /** Of the database that is to be filled. */
  readonly ownerUrl: string;
  /** Of the processes that will serve it. */
  readonly appUrl: string;
  /** Whether `appUrl` has a password that is ours to set. */
  readonly setsPassword: boolean;
  readonly masterKey: string;
  readonly previousKey?: string | undefined;
}

/** What came of making a restored database safe to serve. */
export interface Fenced {
  readonly tenants: number;
  /** Seats that wait for leases nobody here knows of. */
  readonly seatsHeld: number;
  /** Slugs of tenants whose next trust bundle waits for their offline root. */
  readonly awaitSignature: readonly string[];
}

/**
 * Fills an empty database from a backup, in one transaction. It is refused to whoever would serve it until
 * `fenceAfterRestore`, or `markRestored`, has ended it. Throws a LaunchFailure for what the operator must put right.
 */
export async function restore(target: Target, path: string): Promise<{ takenAt: Date; rows: number }> {
  const backup = await openBackup(path);
  const { takenAt, migrations, masterKeyCheck: check } = backup.head;
  const keys = [target.masterKey, target.previousKey].filter((key) => key !== undefined);
  if (!keys.some((key) => masterKeyCheck(key) === check)) {
    throw new LaunchFailure(
      "This backup was made under another master key; set SIGNET_MASTER_KEY to the one of its time (or SIGNET_MASTER_KEY_PREVIOUS, and rotate after).",
    );
  }
  await refuseFilled(target.ownerUrl);
  await migrateTo(target, migrations);
  const owner = new Client({ connectionString: target.ownerUrl });
  await owner.connect();
  let rows = 0;
  try {
    await owner.query("BEGIN");
    const tables = await tablesOf(owner);
    // The owner goes past row-level security, and triggers would make again what the backup has.
    const all = (words: (table: string) => string) =>
      owner.query(tables.map(({ name }) => `ALTER TABLE ${quoted([name])} ${words(name)};`).join("\n"));
    const isolated = new Set(tables.filter((table) => table.isolated).map(({ name }) => name));
    await all((name) => `DISABLE TRIGGER USER${isolated.has(name) ? ", NO FORCE ROW LEVEL SECURITY" : ""}`);
    for await (const { table, columns, rows: lines } of backup.tables()) {
      if (!tables.some(({ name }) => name === table))
        throw new LaunchFailure(`The backup has a table that this version does not know: ${table}.`);
      const sink = owner.query(copyFrom(`COPY ${quoted([table])} (${quoted(columns)}) FROM STDIN`));
      await pipeline(Readable.from(inChunks(lines)), sink);
      rows += sink.rowCount ?? 0;
    }
    await all((name) => `ENABLE TRIGGER USER${isolated.has(name) ? ", FORCE ROW LEVEL SECURITY" : ""}`);
    await markUnfinished(owner, takenAt);
    await owner.query("COMMIT");
  } finally {
    await owner.end();
  }
  await migrateTo(target, undefined);
  return { takenAt: new Date(takenAt), rows };
}

/**
 * Makes a database that is older than what clients were told safe to serve: seats wait for leases that were given out since,
 * trust bundles go on above those that were published, and people sign in anew. Doing it again harms nothing.
 */
export async function fenceAfterRestore(target: Target): Promise<Fenced> {
  // A restore that was killed may have brought the rows and not come to this.
  await migrateTo(target, undefined);
  const clock = systemClock;
  const database = createDatabase({ url: target.appUrl, poolSize: 2 });
  const vault = createVault({ database, keyWrapper: localKeyWrapper(target.masterKey, target.previousKey) });
  const trust = createTrust({ database, clock, vault });
  const fenced = { tenants: 0, seatsHeld: 0, awaitSignature: [] as string[] };
  try {
    // Whoever signed out since would be signed in again.
    await database.prisma.userSession.deleteMany();
    await eachTenant(database, async (tenantId) => {
      const { held, awaits, slug } = await database.withTenant(tenantId, async (tx) => {
        const [{ held } = { held: 0 }] = await tx.$queryRaw<{ held: number }[]>`
          SELECT fence_after_restore(${tenantId}::uuid, ${clock.forDatabase()}) AS held`;
        const { awaitsSignature: awaits } = await trust.publishAfterRestore(tx, tenantId);
        const { slug } = await tx.tenant.findUniqueOrThrow({ where: { id: tenantId } });
        return { held, awaits, slug };
      });
      fenced.tenants++;
      fenced.seatsHeld += held;
      if (awaits) fenced.awaitSignature.push(slug);
    });
  } finally {
    await database.close();
  }
  await markRestored(target.ownerUrl);
  return fenced;
}

export async function markRestored(ownerUrl: string): Promise<void> {
  const owner = new Client({ connectionString: ownerUrl });
  await owner.connect();
  await owner.query("UPDATE instance SET restored_at = now()").finally(() => owner.end());
}

async function refuseFilled(ownerUrl: string): Promise<void> {
  const owner = new Client({ connectionString: ownerUrl, connectionTimeoutMillis: 10_000 });
  await owner.connect();
  try {
    const { rows } = await owner.query("SELECT 1 WHERE to_regclass('public.tenant') IS NOT NULL");
    if (rows.length === 0) return;
    const { rows: tenants } = await owner.query(
      'SELECT 1 FROM tenant UNION ALL SELECT 1 FROM "user" LIMIT 1',
    );
    if (tenants.length > 0) {
      await refuseUnfinishedRestore(owner);
      throw new LaunchFailure("That database is not empty; restore into a new one (CREATE DATABASE …).");
    }
    // Of the master key that an empty installation was begun with: the backup brings its own.
    await owner.query("DELETE FROM instance");
  } finally {
    await owner.end();
  }
}

/** To the state that the backup was made in, so that later migrations change what it brings as they would have there. */
async function migrateTo(target: Target, names: readonly string[] | undefined): Promise<void> {
  const { ownerUrl, appUrl, setsPassword } = target;
  const options = { ownerUrl, ...(setsPassword ? { appUrl } : {}) };
  const ours = readMigrations(PRISMA_FOLDER).migrationDirectories.map(({ path }) => path);
  const unknown = names?.find((name) => !ours.includes(name));
  if (unknown !== undefined)
    throw new LaunchFailure(
      `The backup is newer than this version of Signet (it has the migration ${unknown}); restore it with the newer version.`,
    );
  if (names === undefined || names.length === ours.length) {
    await migrate(options);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "signet-restore-"));
  try {
    for (const name of [...names, "migration_lock.toml"])
      cpSync(join(PRISMA_FOLDER, "migrations", name), join(folder, "migrations", name), { recursive: true });
    await migrate({ ...options, folder });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function* inChunks(lines: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = [];
  let size = 0;
  for await (const line of lines) {
    waiting.push(line);
    size += line.length;
    if (size < CHUNK_BYTES) continue;
    yield Buffer.concat(waiting);
    waiting = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(waiting);
}
