import type { Client } from "pg";

/** Computes the figures with the job's own function, of the hours from `from` on in which anything was. */
export async function rollUp(owner: Client, tenantId: string, from: Date, until: Date): Promise<void> {
  const { rows } = await owner.query<{ hour: Date }>(
    `SELECT DISTINCT date_trunc('hour', at, 'UTC') AS hour FROM (
       SELECT at FROM runtime_event WHERE tenant_id = $1 AND at >= $2
       UNION ALL SELECT recorded_at FROM ledger_entry WHERE tenant_id = $1 AND recorded_at >= $2
       UNION ALL SELECT t FROM lease x CROSS JOIN LATERAL generate_series(
         date_trunc('hour', x.granted_at, 'UTC'), coalesce(x.ended_at, $3::timestamptz), interval '1 hour') AS t
        WHERE x.tenant_id = $1) AS happened
      WHERE at >= $2 AND at < $3 ORDER BY hour`,
    [tenantId, from, until],
  );
  await owner.query("INSERT INTO rollup_watermark (tenant_id, complete_until) VALUES ($1, $2)", [
    tenantId,
    from,
  ]);
  for (const { hour } of rows) {
    await owner.query({
      name: "roll_up_hour",
      text: "SELECT roll_up_hour($1::uuid, $2::timestamptz, $3::timestamptz)",
      values: [tenantId, hour, until],
    });
  }
  await owner.query("SELECT roll_up_trials($1::uuid, $2::timestamptz)", [tenantId, until]);
  await owner.query("UPDATE rollup_watermark SET complete_until = $2 WHERE tenant_id = $1", [
    tenantId,
    until,
  ]);
}
