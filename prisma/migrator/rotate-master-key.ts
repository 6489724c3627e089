import { Client, type QueryResult } from "pg";
import { INSTALLATION } from "#server/domain/installation.ts";
import { type KeyWrapper, localKeyWrapper, masterKeyCheck } from "#server/platform/master-key.ts";
import { MigrationError } from "./errors.ts";
import { LOCK } from "./migrate.ts";

/** Sealed again in one transaction, which keeps their rows for itself that long. */
const ROWS_AT_ONCE = 50;
/** A process that has said nothing for this long is gone; it says so itself when it ends well. */
const PRESENT_SECONDS = 60;
const BEFORE_ALL = "00000000-0000-0000-0000-000000000000";

/** Something sealed under the master key, found by the id that follows the last one done. */
interface Sealed {
  /** What its seal is bound to. */
  readonly label: (id: string) => string;
  readonly ids: string;
  /** Whose rows they are; each is its own where this is not given. */
  readonly tenantId?: string;
  readonly read: string;
  readonly write: string;
}

/** Everything that is sealed under the master key itself; a tenant's other secrets are sealed under its data key. */
const SEALED: readonly Sealed[] = [
  {
    label: (tenantId) => `data-key/${tenantId}`,
    ids: "SELECT id FROM tenant WHERE id > $1 ORDER BY id LIMIT $2",
    read: "SELECT data_key_wrapped AS sealed FROM tenant_state WHERE tenant_id = $1 FOR NO KEY UPDATE",
    write: "UPDATE tenant_state SET data_key_wrapped = $2 WHERE tenant_id = $1",
  },
  {
    label: (userId) => `two-factor/${userId}`,
    ids: "SELECT user_id AS id FROM two_factor WHERE user_id > $1 ORDER BY user_id LIMIT $2",
    read: "SELECT secret_cipher AS sealed FROM two_factor WHERE user_id = $1 FOR NO KEY UPDATE",
    write: "UPDATE two_factor SET secret_cipher = $2 WHERE user_id = $1",
  },
  {
    label: (id) => `mail/${id}`,
    ids: `SELECT id FROM mail WHERE tenant_id = '${INSTALLATION}' AND payload_cipher IS NOT NULL AND id > $1 ORDER BY id LIMIT $2`,
    tenantId: INSTALLATION,
    read: `SELECT payload_cipher AS sealed FROM mail
            WHERE tenant_id = '${INSTALLATION}' AND id = $1 AND payload_cipher IS NOT NULL FOR NO KEY UPDATE`,
    write: `UPDATE mail SET payload_cipher = $2 WHERE tenant_id = '${INSTALLATION}' AND id = $1`,
  },
];

export interface MasterKeys {
  readonly current: string;
  readonly previous: string;
}

/**
 * Seals everything that is sealed under the previous master key under the current one. Whoever knows both opens all of it at
 * any time; run again after it was killed, it goes on with what is left. Returns how many secrets it sealed again.
 * Throws a MigrationError when a secret opens with neither key, and when processes run that know only the previous one.
 */
export async function rotateMasterKey(ownerUrl: string, keys: MasterKeys): Promise<number> {
  return withOwner(ownerUrl, async (owner) => {
    const check = masterKeyCheck(keys.current);
    await refuseOtherDatabase(owner, keys);
    await refuseProcessesThatKnowOneKey(owner, check);
    const current = localKeyWrapper(keys.current);
    const previous = localKeyWrapper(keys.previous);
    let total = 0;
    // What was sealed under the previous key while a sweep went on, behind it, is found by the next.
    for (let found = -1; found !== 0; total += found) {
      found = 0;
      for (const sealed of SEALED) found += await sealAgain(owner, sealed, current, previous);
    }
    // One that was started meanwhile with the previous key alone seals under it what no sweep comes back to.
    await refuseProcessesThatKnowOneKey(owner, check);
    await owner.query("UPDATE instance SET master_key_check = $1", [check]);
    return total;
  });
}

/** Whether everything is sealed under this key, as `rotateMasterKey` leaves it. */
export async function isSealedUnder(ownerUrl: string, masterKey: string): Promise<boolean> {
  return withOwner(ownerUrl, async (owner) => (await readCheck(owner)) === masterKeyCheck(masterKey));
}

/** The processes of Signet that run on this database now, as `web on host-1 (process 4711)`. */
export async function presentProcesses(ownerUrl: string): Promise<readonly string[]> {
  return withOwner(ownerUrl, (owner) => namesOfPresent(owner, ""));
}

async function withOwner<T>(ownerUrl: string, work: (owner: Client) => Promise<T>): Promise<T> {
  const owner = new Client({ connectionString: ownerUrl, connectionTimeoutMillis: 10_000 });
  await owner.connect();
  try {
    await owner.query("SELECT pg_advisory_lock($1)", [LOCK]);
    return await work(owner);
  } finally {
    await owner.end();
  }
}

async function readCheck(owner: Client): Promise<string | undefined> {
  const { rows } = await owner.query<{ check: string }>('SELECT master_key_check AS "check" FROM instance');
  return rows[0]?.check;
}

async function refuseOtherDatabase(owner: Client, { current, previous }: MasterKeys): Promise<void> {
  const check = await readCheck(owner);
  if (check !== masterKeyCheck(current) && check !== masterKeyCheck(previous)) {
    throw new MigrationError(
      "Neither SIGNET_MASTER_KEY nor SIGNET_MASTER_KEY_PREVIOUS is the key this database is sealed under; set the previous one to that key.",
    );
  }
}

async function refuseProcessesThatKnowOneKey(owner: Client, check: string): Promise<void> {
  const behind = await namesOfPresent(owner, check);
  if (behind.length === 0) return;
  throw new MigrationError(
    `These run without the new key: ${behind.join(", ")}. Restart each with SIGNET_MASTER_KEY set to the new key and SIGNET_MASTER_KEY_PREVIOUS to the old one, then try again; one that was killed counts for a minute.`,
  );
}

/** Of those that run, the ones that seal under another key than `check` names; all of them where it is empty. */
async function namesOfPresent(owner: Client, check: string): Promise<string[]> {
  const { rows: tables } = await owner.query(
    "SELECT 1 WHERE to_regclass('public.process_presence') IS NOT NULL",
  );
  if (tables.length === 0) {
    throw new MigrationError(
      "The database is older than this version of Signet; start this version once first.",
    );
  }
  const { rows } = await owner.query<{ kind: string; host: string; pid: number }>(
    `SELECT kind, host, pid FROM process_presence
      WHERE seen_at > now() - make_interval(secs => $1) AND ($2 = '' OR master_key_check <> $2) ORDER BY kind, host, pid`,
    [PRESENT_SECONDS, check],
  );
  return rows.map(({ kind, host, pid }) => `${kind} on ${host} (process ${pid})`);
}

async function sealAgain(
  owner: Client,
  sealed: Sealed,
  current: KeyWrapper,
  previous: KeyWrapper,
): Promise<number> {
  let count = 0;
  let after: string | undefined = BEFORE_ALL;
  while (after !== undefined) {
    await owner.query("SELECT set_config('signet.tenant_id', $1, false)", [sealed.tenantId ?? ""]);
    const { rows }: QueryResult<{ id: string }> = await owner.query(sealed.ids, [after, ROWS_AT_ONCE]);
    await owner.query("BEGIN");
    try {
      for (const { id } of rows) if (await sealOneAgain(owner, sealed, id, current, previous)) count++;
      await owner.query("COMMIT");
    } catch (error) {
      await owner.query("ROLLBACK").catch(() => undefined);
      throw error;
    }
    after = rows.at(-1)?.id;
  }
  return count;
}

async function sealOneAgain(
  owner: Client,
  { label, read, write, tenantId }: Sealed,
  id: string,
  current: KeyWrapper,
  previous: KeyWrapper,
): Promise<boolean> {
  // An owner who is no superuser is bound by row-level security too; of a person's secret it changes nothing.
  await owner.query("SELECT set_config('signet.tenant_id', $1, true)", [tenantId ?? id]);
  const { rows } = await owner.query<{ sealed: Buffer }>(read, [id]);
  const [row] = rows;
  if (row === undefined) return false;
  const isDone = await current.unwrap(row.sealed, label(id)).then(
    () => true,
    () => false,
  );
  if (isDone) return false;
  const secret = await previous.unwrap(row.sealed, label(id)).catch((cause: unknown) => {
    throw new MigrationError(`${label(id)} opens with neither key: it was altered.`, { cause });
  });
  await owner.query(write, [id, await current.wrap(secret, label(id))]);
  return true;
}
