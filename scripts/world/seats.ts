import type { Client } from "pg";
import type { Draw } from "./draw.ts";
import { oneOf, PEOPLE } from "./names.ts";
import type { Span } from "./plan.ts";

const LEASE_HOURS_MAX = 8;

/** Pools, and the leases that their slots have had. */
export async function storePools(owner: Client, draw: Draw, { until }: Span): Promise<void> {
  const slot = "(l.n * 64::bigint + s)";
  const usable = `(SELECT license_refusal(t.valid_from, t.grace_until, l.suspended_at, l.revoked_at, $1::timestamptz) IS NULL)`;
  await owner.query(
    `CREATE TEMP TABLE world_seat AS
     SELECT l.n, l.id AS license_id, l.issued_at, ${draw.id("pool", "l.n", "l.issued_at")} AS pool_id, s AS slot, ${slot} AS key,
            CASE WHEN ${draw.unit("used", slot)} < 0.1 THEN 1 + ${draw.below(3, "leases", slot)} ELSE 0 END AS ended,
            ${usable} AND ${draw.unit("held", slot)} < 0.03 AS held,
            ${oneOf(PEOPLE, draw.below(PEOPLE.length, "holder", slot))} || '@' || s AS holder
       FROM world_license l JOIN world_times t ON t.n = l.n JOIN world_policy p ON p.number = l.policy
      CROSS JOIN generate_series(1, (p.rules[1]->>'seats')::integer) AS s`,
    [until],
  );
  await owner.query(
    `INSERT INTO pool (tenant_id, id, license_id, seats, created_at)
     SELECT current_setting('signet.tenant_id')::uuid, pool_id, license_id, max(slot), issued_at
       FROM world_seat GROUP BY n, pool_id, license_id, issued_at ORDER BY n`,
  );
  const since = `greatest(issued_at, $1::timestamptz - interval '300 days')`;
  // Leases of a slot follow each other, each in a stretch of its own.
  await owner.query(
    `INSERT INTO lease (tenant_id, id, pool_id, slot, fence, holder, granted_at, ended_at, ended)
     SELECT current_setting('signet.tenant_id')::uuid, ${draw.id("lease", "key * 8 + i", "granted_at")}, pool_id, slot, i, holder, granted_at,
            granted_at + make_interval(secs => floor(least(stretch / 2, ${LEASE_HOURS_MAX * 3600} * ${draw.unit("lasts", "key * 8 + i")}))),
            (CASE WHEN ${draw.unit("ends", "key * 8 + i")} < 0.8 THEN 'released' ELSE 'expired' END)::lease_end
       FROM (SELECT w.*, i, extract(epoch FROM ($1::timestamptz - ${since})) / (ended + 1) AS stretch,
                    date_trunc('milliseconds', ${since} + ($1::timestamptz - ${since})
                      * ((i - 1 + ${draw.unit("begins", "key * 8 + i")} / 2) / (ended + 1))) AS granted_at
               FROM world_seat w CROSS JOIN generate_series(1, ended) AS i) AS past
      ORDER BY granted_at`,
    [until],
  );
}

/** The slots, a few of which are held at the world's present; returns how many there are. */
export async function storeSlots(owner: Client, draw: Draw, { until }: Span): Promise<number> {
  await owner.query(
    `INSERT INTO lease (tenant_id, id, pool_id, slot, fence, holder, granted_at)
     SELECT current_setting('signet.tenant_id')::uuid, ${draw.id("lease", "key * 8", "$1::timestamptz")}, pool_id, slot, ended + 1, holder, $1
       FROM world_seat WHERE held ORDER BY n, slot`,
    [until],
  );
  const { rowCount } = await owner.query(
    `INSERT INTO seat (tenant_id, pool_id, slot, fence, lease_id, holder, expires_at)
     SELECT current_setting('signet.tenant_id')::uuid, pool_id, slot, ended + held::integer,
            CASE WHEN held THEN ${draw.id("lease", "key * 8", "$1::timestamptz")} END, CASE WHEN held THEN holder END,
            CASE WHEN held THEN $1::timestamptz + interval '5 minutes' END
       FROM world_seat ORDER BY n, slot`,
    [until],
  );
  return rowCount ?? 0;
}
