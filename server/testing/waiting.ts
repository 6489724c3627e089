import { Client } from "pg";
import { vi } from "vitest";

/** A session of its own, which can hold a transaction open. */
export interface Session {
  readonly pid: number;
  query: Client["query"];
  end(): Promise<void>;
}

export async function openSession(url: string): Promise<Session> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  return { pid: rows[0]?.pid ?? 0, query: client.query.bind(client), end: () => client.end() };
}

/** Waits until as many sessions as `count` wait for a lock that `holder` has. */
export async function untilWaitedFor(watcher: Session, holder: Session, count = 1): Promise<void> {
  const waits = async () => {
    const { rows } = await watcher.query<{ count: number }>(
      `SELECT count(*)::integer AS count FROM pg_stat_activity
        WHERE wait_event_type = 'Lock' AND $1::integer = ANY (pg_blocking_pids(pid))`,
      [holder.pid],
    );
    return (rows[0]?.count ?? 0) >= count;
  };
  await vi.waitUntil(waits, { timeout: 10_000, interval: 10 });
}
