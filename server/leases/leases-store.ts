import type { Pool } from "pg";
import type { DecisionRow } from "#server/domain/decision.ts";
import type { Clock } from "#server/platform/clock.ts";
import { provenFunction } from "#server/platform/hot-function.ts";

/** What is needed to sign a lease token; present whenever the decision was to grant. */
export interface LeaseRow extends DecisionRow {
  readonly license_id: string | null;
  readonly activation_id: string | null;
  readonly product: string | null;
  readonly status_index: number | null;
  readonly lease_id: string | null;
  readonly slot: number | null;
  /** bigint, as text. */
  readonly fence: string | null;
  readonly overage: boolean | null;
  readonly borrowed: boolean | null;
  readonly expires_at: Date | null;
  readonly heartbeat_seconds: number | null;
}

export interface CheckoutRow extends LeaseRow {
  /** The holder's own lease came back. */
  readonly resumed: boolean;
}

export interface HeartbeatRow extends LeaseRow {
  readonly holder: string | null;
}

export interface ReleaseRow extends DecisionRow {
  readonly license_id: string | null;
}

interface Item {
  readonly event_id: string;
  readonly correlation_id: string;
}

export interface CheckoutItem extends Item {
  readonly activation_id: string;
  readonly holder: string;
  /** The group of holders, if the request names one. */
  readonly holders: string | undefined;
  readonly borrow_seconds: number | undefined;
  /** The new lease's id, used if one is made. */
  readonly lease_id: string;
}

export interface HeartbeatItem extends Item {
  readonly lease_id: string;
  readonly activation_id: string;
  readonly fence: number;
}

export interface ReleaseItem extends Item {
  readonly lease_id: string;
  readonly activation_id: string | undefined;
  readonly fence: number | undefined;
  readonly by_vendor: boolean;
  /** Refuse, where the seat is borrowed. */
  readonly spares_borrowed?: boolean;
}

export type LeasesStore = ReturnType<typeof createLeasesStore>;

export function createLeasesStore(pool: Pool, clock: Clock) {
  return {
    checkout: provenFunction<CheckoutItem, CheckoutRow>(pool, clock, "checkout_seats"),
    heartbeat: provenFunction<HeartbeatItem, HeartbeatRow>(pool, clock, "heartbeat_leases"),
    release: provenFunction<ReleaseItem, ReleaseRow>(pool, clock, "release_leases"),

    /** Announces up to `limit` leases of a tenant that time has ended; returns how many. */
    async expire(tenantId: string, limit: number): Promise<number> {
      const text = "SELECT expire_leases($1, $2, $3) AS count";
      const values = [tenantId, clock.forDatabase(), limit];
      const { rows } = await pool.query<{ count: number }>({ name: "expire_leases", text, values });
      return rows[0]?.count ?? 0;
    },
  };
}
