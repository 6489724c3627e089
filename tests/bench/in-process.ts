import { Pool, type PoolClient } from "pg";
import { newUuid } from "#server/platform/ids.ts";
import { createRuntime } from "#server/testing/fixtures.ts";
import { TestClock } from "#server/testing/test-clock.ts";
import type { Subject } from "./load.ts";
import type { StartedWorld } from "./world.ts";

/** As many connections as a process of ours has for its hot paths. */
const CONNECTIONS = 10;
const EVENTS_IN_BULK = 1_000;
const BULK_CALLERS = 8;

/** Charging without HTTP, and what it is measured against: the ways in which a debit is usually written. */
export async function inProcessSubjects(world: StartedWorld) {
  const runtime = createRuntime(world.appUrl, new TestClock(new Date()));
  const pool = new Pool({ connectionString: world.appUrl, max: CONNECTIONS });
  await world.owner.query(`
    CREATE TABLE bench_event (id text PRIMARY KEY, amount bigint NOT NULL, at timestamptz NOT NULL);
    CREATE TABLE bench_account (id integer PRIMARY KEY, balance bigint NOT NULL);
    INSERT INTO bench_account VALUES (1, 1000000000000);
    GRANT SELECT, INSERT, UPDATE ON bench_event, bench_account TO signet_app`);

  const event = (amount: number) => ({
    id: newUuid(),
    meter: "credits",
    amount,
    occurredAt: new Date("2030-01-01"),
  });
  async function record(events: number): Promise<void> {
    const decision = await runtime.usage.record(world.tenantId, {
      ...world.metered,
      requestHash: "",
      correlationId: "cor_benchmark",
      events: Array.from({ length: events }, () => event(1)),
    });
    if (decision.outcome === "denied") throw new Error(decision.code);
    const refused = decision.value.events.find(({ outcome }) => outcome !== "accepted");
    if (refused !== undefined) throw new Error(`An event was ${JSON.stringify(refused)}.`);
  }

  const insert = (client: Pool | PoolClient) =>
    client.query({
      name: "bench_insert",
      text: "INSERT INTO bench_event VALUES ($1, $2, now())",
      values: [newUuid(), 1],
    });

  /** Lock, look, decide, write, commit: each a round trip, as with an ORM. */
  async function interactive(): Promise<void> {
    const client = await pool.connect();
    try {
      await client.query("BEGIN");
      const { rows } = await client.query<{ balance: string }>({
        name: "bench_lock",
        text: "SELECT balance FROM bench_account WHERE id = 1 FOR UPDATE",
      });
      if (Number(rows[0]?.balance) < 1) throw new Error("insufficient_credits");
      await insert(client);
      await client.query({
        name: "bench_charge",
        text: "UPDATE bench_account SET balance = balance - 1 WHERE id = 1",
      });
      await client.query("COMMIT");
    } finally {
      client.release();
    }
  }

  const subject = (name: string, callers: number, once: () => Promise<unknown>, weight = 1): Subject => ({
    name,
    callers,
    weight,
    caller: async () => ({ once, close: () => undefined }),
  });
  return {
    debit: subject("debit-in-process", 256, () => record(1)),
    interactive: subject("debit-interactive", 256, interactive),
    bulk: subject("usage-bulk", BULK_CALLERS, () => record(EVENTS_IN_BULK), EVENTS_IN_BULK),
    loneDebit: subject("debit-lone", 1, () => record(1)),
    loneInsert: subject("insert-lone", 1, () => insert(pool)),
    async stop(): Promise<void> {
      await Promise.all([runtime.close(), pool.end()]);
    },
  };
}
