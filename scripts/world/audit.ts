import type { Client } from "pg";
import { auditHash } from "#server/domain/audit-chain.ts";
import { publicId } from "#server/domain/ids.ts";
import type { Draw } from "./draw.ts";

const AT_ONCE = 5_000;
/** The newest licenses only: each entry is hashed with the one before, which takes its time. */
const ENTRIES_MAX = 100_000;

interface Issued {
  readonly id: string;
  readonly at: Date;
  readonly correlationId: string;
  readonly customerId: string;
  readonly policyId: string;
  readonly version: number;
  readonly validFrom: Date | null;
  readonly expiresAt: Date | null;
}

/** Tells of the newest licenses' issue in the tenant's chain, as whoever issued them would have left it; returns how many. */
export async function storeAudit(
  owner: Client,
  draw: Draw,
  tenantId: string,
  licenses: number,
): Promise<number> {
  let [seq, prevHash] = [0, ""];
  for (let from = Math.max(0, licenses - ENTRIES_MAX); from < licenses; from += AT_ONCE) {
    const { rows } = await owner.query<Issued>(
      `SELECT l.id, l.issued_at AS at, ${draw.correlation("issue", "l.n", "l.issued_at")} AS "correlationId", l.customer_id AS "customerId",
              p.policy_id AS "policyId", l.version, t.valid_from AS "validFrom", t.expires_at AS "expiresAt"
         FROM world_license l JOIN world_times t ON t.n = l.n JOIN world_policy p ON p.number = l.policy
        WHERE l.n >= $1 AND l.n < $2 ORDER BY l.n`,
      [from, from + AT_ONCE],
    );
    const chained = rows.map(
      ({ id, at, correlationId, customerId, policyId, version, validFrom, expiresAt }) => {
        seq += 1;
        const after = {
          customerId: publicId("customer", customerId),
          policyId: publicId("policy", policyId),
          policyVersion: version,
          note: "",
          validFrom: validFrom?.toISOString() ?? null,
          expiresAt: expiresAt?.toISOString() ?? null,
        };
        const record = {
          tenantId,
          seq,
          at,
          actorUserId: null,
          action: "license.issued",
          subjectKind: "license",
        };
        const hash = auditHash(prevHash, { ...record, subjectId: id, before: null, after, correlationId });
        const row = { seq, at, id, after, correlationId, prevHash, hash };
        prevHash = hash;
        return row;
      },
    );
    await owner.query(
      `INSERT INTO audit_event (tenant_id, seq, at, action, subject_kind, subject_id, after, correlation_id, prev_hash, hash)
       SELECT current_setting('signet.tenant_id')::uuid, e.seq, e.at, 'license.issued', 'license', e.id, e.after, e."correlationId",
              e."prevHash", e.hash
         FROM jsonb_to_recordset($1) AS e (seq integer, at timestamptz, id uuid, after jsonb, "correlationId" text, "prevHash" text, hash text)
        ORDER BY e.seq`,
      [JSON.stringify(chained)],
    );
  }
  await owner.query("UPDATE tenant_state SET audit_seq = $2, audit_head = $3 WHERE tenant_id = $1", [
    tenantId,
    seq,
    prevHash,
  ]);
  return seq;
}
