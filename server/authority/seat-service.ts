import { z } from "zod";
import { BORROWED_SEAT_STAYS } from "../domain/borrowing.ts";
import { invalidField, SignetError } from "../domain/errors.ts";
import { publicId } from "../domain/ids.ts";
import { licenseStatus } from "../domain/license-state.ts";
import { policyRules } from "../domain/policy.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { newCorrelationId } from "../platform/ids.ts";
import { currentCorrelationId } from "../platform/log.ts";
import { type Author, recordAudit } from "./audit.ts";
import { present } from "./missing.ts";
import type { HeldSeats } from "./ports.ts";
import type { ListHeldSeats, ListPools } from "./seat-input.ts";
import * as store from "./seat-store.ts";

export type Seats = ReturnType<typeof createSeats>;

/** Of each pool of a list; all of them are a page of their own. */
const SEATS_SHOWN_FIRST = 6;

/** Whose seats they are. */
interface Tenant {
  readonly tenantId: string;
}

/** Who holds which seat now. */
export function createSeats(deps: { database: Database; clock: Clock; leases: HeldSeats }) {
  const { database, clock, leases } = deps;

  return {
    /** Pools of which a seat is held, by customer, each with its first holders; of one license its pool in any case. */
    async pools(whose: Tenant, { cursor, limit, ...filter }: ListPools) {
      const { tenantId } = whose;
      const after = readCursor(cursor);
      const now = clock.now();
      return database.withTenant(tenantId, async (tx) => {
        const found = await store.listPools(tx, tenantId, { ...filter, after, limit: limit + 1 }, now);
        const page = found.slice(0, limit);
        const ids = page.map(({ poolId }) => poolId);
        const first = { search: filter.search, afterSlot: 0, limit: SEATS_SHOWN_FIRST };
        const seats = await store.listHeldSeats(tx, tenantId, ids, first, now);
        const reserved = await store.countReserved(tx, tenantId, ids, now);
        const items = page.map((pool) => ({
          ...pool,
          status: licenseStatus(pool, now),
          rules: policyRules.parse(pool.effective),
          seats: seats.filter(({ poolId }) => poolId === pool.poolId),
          reserved: reserved.filter(({ poolId }) => poolId === pool.poolId),
        }));
        const last = page.at(-1);
        const more = found.length > limit && last !== undefined;
        return { at: now, items, nextCursor: more ? writeCursor(last.customerName, last.poolId) : null };
      });
    },

    /** The held seats of one license, by slot. Throws `not_found` when it has none to give. */
    async held(whose: Tenant, { licenseId, search, cursor, limit }: ListHeldSeats) {
      const { tenantId } = whose;
      const now = clock.now();
      return database.withTenant(tenantId, async (tx) => {
        const pool = present(await store.findPoolId(tx, tenantId, licenseId), "license with seats");
        const page = { search, afterSlot: Number(cursor ?? 0), limit: limit + 1 };
        const rows = await store.listHeldSeats(tx, tenantId, [pool.id], page, now);
        const items = rows.slice(0, limit);
        const last = items.at(-1);
        return { at: now, items, nextCursor: rows.length > limit && last ? String(last.slot) : null };
      });
    },

    /**
     * Takes a seat back from its holder. A lease that has ended meanwhile is left as it is, and nothing is recorded of it;
     * throws `not_found` for one that never was, and where `only` names a customer, for one of another's licenses, and `forbidden`
     * for a borrowed seat.
     */
    async release(
      author: Author,
      leaseId: string,
      reason: string,
      only: { readonly customerId?: string } = {},
    ): Promise<{ released: boolean }> {
      const { tenantId } = author;
      const correlationId = currentCorrelationId() ?? newCorrelationId();
      return database.withTenant(tenantId, async (tx) => {
        const lease = present(await store.findLease(tx, tenantId, leaseId, only, clock.now()), "lease");
        if (lease.seat === null) return { released: false };
        // It works without a server until its end: freed by whoever holds it, it would be in use twice.
        const sparesBorrowed = only.customerId !== undefined;
        if (sparesBorrowed && lease.seat.borrowed) throw new SignetError("forbidden", BORROWED_SEAT_STAYS);
        await recordAudit(tx, author, clock, {
          action: "license.seat_released",
          subjectKind: "license",
          subjectId: lease.pool.licenseId,
          before: {
            leaseId: publicId("lease", leaseId),
            slot: lease.slot,
            holder: lease.holder,
            device: lease.activation?.name ?? null,
            borrowed: lease.seat.borrowed,
            expiresAt: lease.seat.expiresAt,
          },
          after: { reason },
        });
        // Last, and in a transaction of the runtime plane's own: if it refuses, the entry above goes with ours.
        const decision = await leases.releaseByVendor(tenantId, { leaseId, correlationId, sparesBorrowed });
        if (decision.outcome === "granted") return { released: true };
        // Borrowed since it was looked at.
        if (decision.code === "forbidden") throw new SignetError("forbidden", BORROWED_SEAT_STAYS);
        throw new SignetError(decision.code);
      });
    },
  };
}

const written = z.tuple([z.string().max(200), z.uuid()]);

function writeCursor(name: string, poolId: string): string {
  return Buffer.from(JSON.stringify([name, poolId])).toString("base64url");
}

function readCursor(cursor: string | null | undefined): readonly [string, string] | undefined {
  if (cursor === null || cursor === undefined) return undefined;
  try {
    return written.parse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
  } catch {
    throw invalidField("/cursor", "This cursor is not one of this list; begin at the first page.");
  }
}
