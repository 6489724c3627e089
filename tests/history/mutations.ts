import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import { PRISMA_FOLDER } from "#prisma/migrator/folder.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { type RunSeed, runAccounts, runPools, startWorld } from "./seeds.ts";

/** A guard taken out of an SQL function: whoever checks histories has to notice. */
export interface Mutation {
  readonly what: string;
  /** In prisma/sql. */
  readonly file: string;
  readonly search: string;
  readonly replace: string;
  readonly run: RunSeed;
}

const POOL_LOCK = "ORDER BY id FOR NO KEY UPDATE";

export const MUTATIONS: readonly Mutation[] = [
  {
    what: "a checkout locks no pool",
    file: "checkout_seats",
    search: `${POOL_LOCK}) AS locked`,
    replace: "ORDER BY id) AS locked",
    run: runPools,
  },
  {
    what: "a claim does not raise the slot's fence",
    file: "checkout_seats",
    search: "coalesce(own.fence, paired.fence + 1)",
    replace: "coalesce(own.fence, greatest(paired.fence, 1))",
    run: runPools,
  },
  {
    what: "a lease is taken for one's own by its holder's name alone",
    file: "checkout_seats",
    search: "AND activation_id = f.activation_id AND expires_at >= v_now OFFSET 0",
    replace: "AND expires_at >= v_now OFFSET 0",
    run: runPools,
  },
  {
    what: "a seat is lent anew in the last moment of its lease",
    file: "free_seats",
    search: "AND s.in_service AND (s.expires_at IS NULL OR s.expires_at < p_now)",
    replace: "AND s.in_service AND (s.expires_at IS NULL OR s.expires_at <= p_now)",
    run: runPools,
  },
  {
    what: "seats out of service are lent",
    file: "free_seats",
    search: "AND s.in_service AND (s.expires_at",
    replace: "AND (s.expires_at",
    run: runPools,
  },
  {
    what: "a holder may have any number of seats",
    file: "checkout_seats",
    search: "coalesce(b.place + b.held > f.per_holder_max, false) AS is_beyond",
    replace: "false AS is_beyond",
    run: runPools,
  },
  {
    what: "a heartbeat locks no pool",
    file: "heartbeat_leases",
    search: `${POOL_LOCK};`,
    replace: "ORDER BY id;",
    run: runPools,
  },
  {
    what: "a heartbeat's fence is not compared",
    file: "heartbeat_leases",
    search: "WHEN a.fence <> h.fence OR s.fence <> h.fence THEN",
    replace: "WHEN false THEN",
    run: runPools,
  },
  {
    what: "a late heartbeat revives its lease",
    file: "heartbeat_leases",
    search: "OR s.expires_at < v_now THEN 'lease_expired'",
    replace: "THEN 'lease_expired'",
    run: runPools,
  },
  {
    what: "a heartbeat may come from any device",
    file: "heartbeat_leases",
    search: "WHEN h.id IS NULL OR x.id IS DISTINCT FROM a.activation_id THEN",
    replace: "WHEN h.id IS NULL THEN",
    run: runPools,
  },
  {
    what: "a release locks no pool",
    file: "release_leases",
    search: `${POOL_LOCK};`,
    replace: "ORDER BY id;",
    run: runPools,
  },
  {
    what: "a release's fence is not compared",
    file: "release_leases",
    search: "AND a.fence <> h.fence THEN 'lease_fenced'",
    replace: "AND false THEN 'lease_fenced'",
    run: runPools,
  },
  {
    what: "an old release frees the next holder's seat",
    file: "release_leases",
    search: "coalesce(s.lease_id = h.id AND s.fence = h.fence, false) AS holds",
    replace: "true AS holds",
    run: runPools,
  },
  {
    what: "no account is locked",
    file: "lock_accounts",
    search: "ORDER BY id FOR NO KEY UPDATE",
    replace: "ORDER BY id",
    run: runAccounts,
  },
  {
    what: "a debit's id is not looked up",
    file: "record_usage",
    search: "x.event_id = e.id AND x.kind = 'debit' LIMIT 1",
    replace: "x.event_id = e.id AND x.kind = 'refund' AND false LIMIT 1",
    run: runAccounts,
  },
  {
    what: "a debit's id is taken for a repetition whatever its content",
    file: "record_usage",
    search: "k.account_id = v_accounts[e.caller] AND k.spent = e.amount",
    replace: "true",
    run: runAccounts,
  },
  {
    what: "a batch does not notice an id that comes in it twice",
    file: "record_usage",
    search: "IF p_firsts IS NOT NULL THEN v_takers[p_firsts[v_event]] := v_event; END IF;",
    replace: "",
    run: runAccounts,
  },
  {
    what: "a debit is charged whatever the balance",
    file: "record_usage",
    search: "ELSIF v_amount > v_available[v_slot] THEN",
    replace: "ELSIF false THEN",
    run: runAccounts,
  },
  {
    what: "a ticket's id is taken for a repetition whatever its content",
    file: "issue_tickets",
    search:
      "IF (r.known_account, r.known_activation, r.known_amount) IS DISTINCT FROM (r.account_id, r.activation_id, r.amount) THEN",
    replace: "IF false THEN",
    run: runAccounts,
  },
  {
    what: "a ticket reserves whatever the balance",
    file: "issue_tickets",
    search: "WHEN r.amount > v_available[r.slot] THEN 'insufficient_credits'",
    replace: "WHEN false THEN 'insufficient_credits'",
    run: runAccounts,
  },
  {
    what: "a ticket is ended as often as one asks",
    file: "end_tickets",
    search: "v_ends := CASE WHEN v_status <> 'pending' THEN NULL",
    replace: "v_ends := CASE WHEN false THEN NULL",
    run: runAccounts,
  },
  {
    what: "a ticket settles for more than it reserved",
    file: "end_tickets",
    search: "WHEN r.verb = 'settle' AND r.used <= r.amount THEN 'settled'",
    replace: "WHEN r.verb = 'settle' THEN 'settled'",
    run: runAccounts,
  },
  {
    what: "a ticket is settled after its time",
    file: "end_tickets",
    search: "WHEN r.expires_at < v_now THEN CASE",
    replace: "WHEN false THEN CASE",
    run: runAccounts,
  },
  {
    what: "a charge is refunded as often as one asks",
    file: "change_credits",
    search: "x.event_id = p_event AND x.kind = 'refund')",
    replace: "x.event_id = p_event AND x.kind = 'refund' AND false)",
    run: runAccounts,
  },
];

/** What gave the mutation away; undefined: nothing did. Throws where its text is no longer in the function. */
export async function caught(
  database: TestDatabase,
  mutation: Mutation | undefined,
  run: RunSeed,
  options: { readonly firstSeed: number; readonly seeds: number; readonly rounds: number },
): Promise<string | undefined> {
  const owner = new Client({ connectionString: database.ownerUrl });
  await owner.connect();
  try {
    if (mutation !== undefined) await owner.query(mutated(mutation));
    const before = await rolledBack(owner);
    for (let seed = options.firstSeed; seed < options.firstSeed + options.seeds; seed++) {
      const world = await startWorld(database);
      try {
        await run(world, seed, { rounds: options.rounds, lostAnswers: false, groups: false });
      } catch (error) {
        return firstLine(error);
      } finally {
        await world.close();
      }
      // A transaction that the database's own constraints undid is one that went ahead without waiting.
      const count = (await rolledBack(owner)) - before;
      if (count > 0 && run === runPools) return `Seed ${seed}: ${count} transactions were undone.`;
    }
    return undefined;
  } finally {
    await owner.end();
  }
}

function mutated({ file, search, replace, what }: Mutation): string {
  const sql = readFileSync(join(PRISMA_FOLDER, "sql", `${file}.sql`), "utf8");
  if (sql.split(search).length !== 2) {
    throw new Error(`“${what}”: prisma/sql/${file}.sql does not hold this once: ${search}`);
  }
  return sql.replace(search, () => replace);
}

/** Sessions count when they end, so the servers' have to be closed before. */
async function rolledBack(owner: Client): Promise<number> {
  await owner.query("SELECT pg_stat_clear_snapshot()");
  const { rows } = await owner.query<{ count: string }>(
    "SELECT xact_rollback AS count FROM pg_stat_database WHERE datname = current_database()",
  );
  return Number(rows[0]?.count);
}

function firstLine(error: unknown): string {
  let innermost = error;
  while (innermost instanceof Error && innermost.cause !== undefined) innermost = innermost.cause;
  return `${String(innermost).split("\n")[0]}`;
}
