import type { Client } from "pg";
import type { Draw } from "./draw.ts";

const CREDITS = 100_000;
const AMOUNT_MAX = 5_000;
const DEBITS_MAX = 12;

/** Accounts with one grant each, and what was charged to them: the ledger adds up to the accounts. */
export async function storeUsage(owner: Client, draw: Draw, until: Date): Promise<number> {
  await owner.query(
    `CREATE TEMP TABLE world_debit AS
     SELECT l.n, l.id AS license_id, l.issued_at, p.meter_id, ${draw.id("account", "l.n", "l.issued_at")} AS account_id,
            ${draw.id("grant", "l.n", "l.issued_at")} AS grant_id, i, 1 + ${draw.below(AMOUNT_MAX, "amount", `l.n * 16::bigint + i`)} AS amount,
            date_trunc('milliseconds', l.issued_at + ($1::timestamptz - l.issued_at)
              * ((i - 1 + ${draw.unit("charged-at", `l.n * 16::bigint + i`)}) / ${DEBITS_MAX})) AS at
       FROM world_license l JOIN world_policy p ON p.number = l.policy AND p.meter_id IS NOT NULL
      CROSS JOIN generate_series(0, 1 + ${draw.below(DEBITS_MAX, "debits", "l.n")}) AS i`,
    [until],
  );
  await owner.query(
    `INSERT INTO account (tenant_id, id, license_id, meter_id, granted, spent, entry_count, created_at)
     SELECT current_setting('signet.tenant_id')::uuid, account_id, license_id, meter_id, ${CREDITS},
            coalesce(sum(amount) FILTER (WHERE i > 0), 0), count(*), issued_at
       FROM world_debit GROUP BY n, account_id, license_id, meter_id, issued_at ORDER BY n`,
  );
  await owner.query(
    `INSERT INTO "grant" (tenant_id, id, account_id, kind, amount, remaining, created_at)
     SELECT current_setting('signet.tenant_id')::uuid, grant_id, account_id, 'prepaid', ${CREDITS}, ${CREDITS}, issued_at
       FROM world_debit WHERE i = 0 ORDER BY n`,
  );
  const { rowCount } = await owner.query(
    `INSERT INTO ledger_entry (tenant_id, account_id, entry, kind, granted, spent, balance, event_id, occurred_at, reference,
       correlation_id, recorded_at)
     SELECT current_setting('signet.tenant_id')::uuid, account_id, i + 1, (CASE i WHEN 0 THEN 'grant' ELSE 'debit' END)::ledger_kind,
            CASE i WHEN 0 THEN ${CREDITS} ELSE 0 END, CASE i WHEN 0 THEN 0 ELSE amount END,
            ${CREDITS} - coalesce(sum(amount) FILTER (WHERE i > 0) OVER (PARTITION BY n ORDER BY i), 0),
            CASE WHEN i > 0 THEN 'world-' || n || '-' || i END, CASE WHEN i > 0 THEN at END,
            CASE WHEN i = 0 THEN grant_id::text END, ${draw.correlation("debit", "n * 16::bigint + i", "at")},
            CASE i WHEN 0 THEN issued_at ELSE at END
       FROM world_debit ORDER BY at`,
  );
  return rowCount ?? 0;
}
