import type { Client } from "pg";
import type { Draw } from "./draw.ts";

const DAY_MS = 86_400_000;
export const EVENT_DAYS = 365;
const EVENTS_AT_ONCE = 10_000;

/**
 * Writes decisions over the last year, stretch by stretch and in order, as they would have been recorded: every activation of
 * a device that is stored, as far as `events` go, and for the rest what devices asked since, mostly the newer ones.
 */
export async function storeEvents(owner: Client, draw: Draw, events: number, until: Date): Promise<void> {
  const begin = new Date(until.getTime() - EVENT_DAYS * DAY_MS);
  const { rows } = await owner.query<{ first: number; all: number }>(
    `SELECT count(*) FILTER (WHERE created_at < $1)::integer AS first, count(*)::integer AS all FROM world_device`,
    [begin],
  );
  const devices = rows[0]?.all ?? 0;
  // Where there are more activations than events are asked for, the newest ones are told.
  const firstTold = Math.max(rows[0]?.first ?? 0, devices - events);
  const others = events - (devices - firstTold);
  // A stretch is a day, or more where there is little to tell.
  const stretches = Math.min(EVENT_DAYS, Math.ceil(events / EVENTS_AT_ONCE));
  const stretchMs = (EVENT_DAYS * DAY_MS) / Math.max(1, stretches);
  const startOf = (stretch: number) => new Date(begin.getTime() + Math.round(stretchMs * stretch));
  for (let stretch = 0; stretch < stretches; stretch++) {
    const [start, end] = [startOf(stretch), startOf(stretch + 1)];
    const from = Math.floor((others * stretch) / stretches);
    const to = Math.floor((others * (stretch + 1)) / stretches);
    await owner.query(activationsOf(draw), [start, end, firstTold]);
    await owner.query(otherDecisions(draw), [start, from, to - 1, end]);
  }
}

const COLUMNS = `INSERT INTO runtime_event (tenant_id, id, at, operation, outcome, code, rule, facts, license_id, activation_id,
  policy_version_id, correlation_id)`;

function activationsOf(draw: Draw): string {
  return `${COLUMNS}
    SELECT current_setting('signet.tenant_id')::uuid, ${draw.id("activate", "d.d", "d.created_at")}, d.created_at, 'activate', 'granted', NULL, NULL,
           jsonb_strip_nulls(jsonb_build_object('activationCount', d.k - 1, 'activationsMax', p.rules[l.version]->'activationsMax',
             'expiresAt', t.expires_at, 'graceUntil', t.grace_until, 'knownDevice', false, 'product', p.product_code)),
           l.id, d.id, p.version_ids[l.version], ${draw.correlation("activate", "d.d", "d.created_at")}
      FROM world_device d JOIN world_license l ON l.n = d.license JOIN world_times t ON t.n = d.license
      JOIN world_policy p ON p.number = l.policy
     WHERE d.d >= $3 AND d.created_at >= $1 AND d.created_at < $2 ORDER BY d.created_at`;
}

function otherDecisions(draw: Draw): string {
  const newest = "(SELECT count(*) FROM world_device WHERE created_at <= $1::timestamptz)";
  return `${COLUMNS}
    WITH asked AS MATERIALIZED (
      SELECT m, date_trunc('milliseconds', $1::timestamptz + ${draw.unit("asked-at", "m")} * ($4::timestamptz - $1::timestamptz)) AS at, ${draw.unit("asked", "m")} AS r,
             floor(known.devices * (1 - power(${draw.unit("asked-by", "m")}, 3)))::integer AS d
        FROM generate_series($2::bigint, $3::bigint) AS m, (SELECT ${newest} AS devices OFFSET 0) AS known
    ), found AS MATERIALIZED (
      SELECT a.*, d.id AS activation_id, d.deactivated_at, l.id AS license_id, l.suspended_at, l.revoked_at, t.expires_at, t.grace_until,
             p.version_ids[l.version] AS version_id, p.product_code, (p.rules[1]->>'seats')::integer AS seats, p.meter_id,
             p.rules[l.version]->'activationsMax' AS most
        FROM asked a LEFT JOIN world_device d ON d.d = a.d LEFT JOIN world_license l ON l.n = d.license
        LEFT JOIN world_times t ON t.n = d.license LEFT JOIN world_policy p ON p.number = l.policy
    ), decided AS (
      SELECT f.*,
             CASE WHEN r < 0.02 OR license_id IS NULL THEN 'license_not_found'
                  WHEN at >= revoked_at THEN 'license_revoked' WHEN at >= suspended_at THEN 'license_suspended'
                  WHEN at >= grace_until THEN 'license_expired'
                  WHEN r < 0.05 AND most <> 'null' THEN 'activation_limit_reached'
                  WHEN at >= deactivated_at THEN 'activation_not_found'
                  WHEN seats > 0 AND r > 0.97 THEN 'no_seats_available'
                  WHEN meter_id IS NOT NULL AND r > 0.98 THEN 'insufficient_credits' END AS code,
             CASE WHEN r < 0.05 OR license_id IS NULL THEN 'activate' WHEN seats > 0 AND r > 0.4 THEN 'checkout'
                  WHEN meter_id IS NOT NULL AND r > 0.3 THEN 'usage' ELSE 'refresh' END AS operation
        FROM found f
    )
    SELECT current_setting('signet.tenant_id')::uuid, ${draw.id("event", "m", "at")}, at, operation,
           (CASE WHEN code IS NULL THEN 'granted' ELSE 'denied' END)::outcome, code,
           CASE code WHEN 'license_not_found' THEN 'license.key' WHEN 'license_revoked' THEN 'license.revoked'
                     WHEN 'license_suspended' THEN 'license.suspended' WHEN 'license_expired' THEN 'validity.expiresAt'
                     WHEN 'activation_limit_reached' THEN 'devices.activationsMax' WHEN 'activation_not_found' THEN 'activation.live'
                     WHEN 'no_seats_available' THEN 'seats.seats' WHEN 'insufficient_credits' THEN 'usage.balance' END,
           jsonb_strip_nulls(CASE operation
             WHEN 'activate' THEN jsonb_build_object('activationCount', CASE WHEN code = 'activation_limit_reached' THEN most END,
               'activationsMax', CASE WHEN code <> 'license_not_found' THEN most END, 'knownDevice', code IS NULL,
               'product', coalesce(product_code, 'lumen-studio'))
             WHEN 'checkout' THEN jsonb_build_object('seats', seats, 'inUse', CASE WHEN code = 'no_seats_available' THEN seats END)
             WHEN 'usage' THEN jsonb_build_object('events', 1, 'accepted', (code IS NULL)::integer, 'duplicates', 0)
             ELSE jsonb_build_object('expiresAt', expires_at, 'graceUntil', grace_until) END),
           CASE WHEN code IS DISTINCT FROM 'license_not_found' THEN license_id END,
           CASE WHEN code IS NULL OR operation <> 'activate' THEN activation_id END,
           CASE WHEN code IS DISTINCT FROM 'license_not_found' THEN version_id END, ${draw.correlation("event", "m", "at")}
      FROM decided ORDER BY at, m`;
}
