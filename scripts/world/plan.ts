import type { Client } from "pg";
import type { Draw } from "./draw.ts";
import { CUSTOMER_NAMES, FIRST_WORDS, oneOf, SECOND_WORDS, THIRD_WORDS } from "./names.ts";

/** A world's past, in days: licenses are issued over all of it. */
export const WORLD_DAYS = 730;
const LICENSES_PER_CUSTOMER = 25;

export interface Span {
  readonly begin: Date;
  readonly until: Date;
}

/** Stores the customers: a few have many licenses, most a handful. */
export async function storeCustomers(
  owner: Client,
  draw: Draw,
  licenses: number,
  begin: Date,
): Promise<number> {
  const count = Math.ceil(licenses / LICENSES_PER_CUSTOMER);
  // 30,011 is prime and shares no factor with the number of names: every number gives another name.
  const name = `((n * 30011) % ${CUSTOMER_NAMES})::integer`;
  await owner.query(
    `INSERT INTO customer (tenant_id, id, name, email, created_at)
     SELECT current_setting('signet.tenant_id')::uuid, ${draw.id("customer", "n", "$1::timestamptz")},
            first || ' ' || second || ' ' || third || CASE WHEN n >= ${CUSTOMER_NAMES} THEN ' ' || (n / ${CUSTOMER_NAMES} + 1) ELSE '' END,
            'licenses@' || lower(first) || '-' || lower(second) || '-' || n || '.example', $1
       FROM (SELECT n, ${oneOf(FIRST_WORDS, `(name % ${FIRST_WORDS.length})`)} AS first,
                    ${oneOf(SECOND_WORDS, `(name / ${FIRST_WORDS.length} % ${SECOND_WORDS.length})`)} AS second,
                    ${oneOf(THIRD_WORDS, `(name / ${FIRST_WORDS.length * SECOND_WORDS.length})`)} AS third
               FROM (SELECT n, ${name} AS name FROM generate_series(0::bigint, $2::bigint - 1) AS n) AS numbered) AS named`,
    [begin, count],
  );
  return count;
}

/**
 * Decides every license and every device of it, in two temporary tables that all the rest is made from, so that each row
 * is written once, as it will stay.
 */
export async function plan(
  owner: Client,
  draw: Draw,
  licenses: number,
  customers: number,
  { begin, until }: Span,
): Promise<void> {
  await owner.query(
    `CREATE TEMP TABLE world_license AS
     SELECT n, ${draw.id("license", "n", "issued_at")} AS id, issued_at, p.number AS policy,
            1 + (issued_at >= $2::timestamptz)::integer AS version,
            ${draw.id("customer", `floor(${customers} * power(${draw.unit("whose", "n")}, 1.6))`, "$1::timestamptz")} AS customer_id,
            CASE WHEN ${draw.unit("overridden", "n")} < 0.02 AND (p.rules[1]->>'activationsMax')::integer IS NOT NULL
                 THEN '{"activationsMax": 25}'::jsonb ELSE '{}' END AS overrides,
            floor(${draw.unit("devices", "n")} * (least(coalesce((p.rules[1]->>'activationsMax')::integer, 5), 5) + 1.2))::integer
              % (least(coalesce((p.rules[1]->>'activationsMax')::integer, 5), 5) + 1) AS devices,
            CASE WHEN ${draw.unit("suspended", "n")} < 0.01 THEN
              date_trunc('milliseconds', issued_at + ($3::timestamptz - issued_at) * ${draw.unit("suspended-at", "n")}) END AS suspended_at,
            CASE WHEN ${draw.unit("revoked", "n")} < 0.01 THEN
              date_trunc('milliseconds', issued_at + ($3::timestamptz - issued_at) * ${draw.unit("revoked-at", "n")}) END AS revoked_at
       FROM (SELECT n::integer, date_trunc('milliseconds', $1::timestamptz + ($3::timestamptz - $1::timestamptz)
                       * ((n + ${draw.unit("issued", "n")}) / $4::double precision)) AS issued_at,
                    ${draw.unit("policy", "n")} AS r
               FROM generate_series(0::bigint, $4::bigint - 1) AS n) AS issued
       JOIN world_policy p ON r >= p.low AND r < p.high`,
    [begin, middle({ begin, until }), until, licenses],
  );
  const device = "l.n * 64::bigint + k";
  await owner.query(
    `CREATE TEMP TABLE world_device AS
     SELECT row_number() OVER (ORDER BY created_at, license, k)::integer - 1 AS d, ${draw.id("device", "key", "created_at")} AS id, made.*
       FROM (SELECT l.n AS license, k, ${device} AS key,
                    date_trunc('milliseconds', l.issued_at + ($1::timestamptz - l.issued_at) * power(${draw.unit("activated", device)}, 3)) AS created_at,
                    CASE WHEN ${draw.unit("gone", device)} < 0.08 THEN ${draw.unit("gone-at", device)} END AS gone
               FROM world_license l CROSS JOIN generate_series(1, l.devices) AS k) AS made`,
    [until],
  );
  await owner.query(
    `ALTER TABLE world_device ADD COLUMN deactivated_at timestamptz;
     CREATE UNIQUE INDEX ON world_device (d); CREATE INDEX ON world_device (license); CREATE UNIQUE INDEX ON world_license (n);`,
  );
  await owner.query(
    `UPDATE world_device SET deactivated_at = date_trunc('milliseconds', created_at + ($1::timestamptz - created_at) * gone) WHERE gone IS NOT NULL`,
    [until],
  );
  await owner.query(
    `CREATE TEMP TABLE world_times AS
     SELECT n, first_activated_at, valid_from, expires_at,
            expires_at + make_interval(hours => 24 * grace_days) AS grace_until, live
       FROM (SELECT t.*, CASE WHEN first_end < $1::timestamptz AND policy_type = 'subscription' AND ${draw.unit("renewed", "n")} < 0.7
                              THEN first_end + make_interval(hours => 24 * days) ELSE first_end END AS expires_at
               FROM (SELECT b.*, valid_from + make_interval(hours => 24 * days) AS first_end
                       FROM (SELECT l.n, p.rules[1]->>'type' AS policy_type, (p.rules[1]->>'durationDays')::integer AS days,
                                    (p.rules[1]->>'graceDays')::integer AS grace_days, a.first_activated_at, a.live,
                                    CASE p.rules[1]->>'validFrom' WHEN 'issue' THEN l.issued_at ELSE a.first_activated_at END AS valid_from
                               FROM world_license l JOIN world_policy p ON p.number = l.policy
                              CROSS JOIN LATERAL (SELECT min(d.created_at) AS first_activated_at,
                                                         count(*) FILTER (WHERE d.deactivated_at IS NULL)::integer AS live
                                                    FROM world_device d WHERE d.license = l.n) AS a) AS b) AS t) AS ends`,
    [until],
  );
  await owner.query(
    "CREATE UNIQUE INDEX ON world_times (n); ANALYZE world_license; ANALYZE world_device; ANALYZE world_times",
  );
}

/** When the second version of every policy was published. */
export function middle({ begin, until }: Span): Date {
  return new Date((begin.getTime() + until.getTime()) / 2);
}
