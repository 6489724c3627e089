import type { LeaseClaims } from "#sdk/wire.ts";
import { type Decision, type DecisionRow, type Denied, refusalOf } from "#server/domain/decision.ts";
import { publicId } from "#server/domain/ids.ts";
import type { Proof } from "#server/domain/proof.ts";
import { type Announcer, announced } from "#server/platform/announcer.ts";
import type { Database } from "#server/platform/database.ts";
import { eachTenant } from "#server/platform/each-tenant.ts";
import { newUuid } from "#server/platform/ids.ts";
import { createProvenBatcher } from "#server/trust/proven-batcher.ts";
import type { Trust } from "#server/trust/service.ts";
import type {
  CheckoutItem,
  CheckoutRow,
  HeartbeatItem,
  HeartbeatRow,
  LeaseRow,
  LeasesStore,
  ReleaseItem,
  ReleaseRow,
} from "./leases-store.ts";

interface Binding {
  /** base64url SHA-256 of the request body as sent. */
  readonly requestHash: string;
  readonly correlationId: string;
  /** What proved the caller, if that was a token. */
  readonly proof?: Proof;
}

export interface CheckoutInput extends Binding {
  readonly activationId: string;
  readonly holder: string;
  readonly group?: string;
  readonly borrowSeconds?: number;
  readonly nonce: string;
}

export interface HeartbeatInput extends Binding {
  readonly leaseId: string;
  readonly activationId: string;
  readonly fence: number;
  readonly nonce: string;
}

export interface ReleaseInput {
  readonly leaseId: string;
  readonly activationId: string;
  readonly fence: number;
  readonly correlationId: string;
  readonly proof?: Proof;
}

export interface LeaseGrant {
  readonly leaseId: string;
  readonly slot: number;
  readonly fence: number;
  readonly overage: boolean;
  readonly borrowed: boolean;
  /** The holder's own lease came back. */
  readonly resumed: boolean;
  readonly expiresAt: Date;
  readonly heartbeatDueAt: Date;
  readonly token: string;
  readonly trustSeq: number;
}

/** Heartbeats and releases wait in lines of their own, so that a crowd at the door never loses a seat held inside. */
const QUEUED_MAX = { checkout: 10_000, heartbeat: 50_000, release: 50_000 };
const FLUSHES_IN_FLIGHT_MAX = 4;
/** Leases announced as expired in one transaction. */
const EXPIRED_AT_ONCE = 500;

/** Floating seats. Every decision is made in one SQL function a batch, and signed after it committed. */
export function createLeases(deps: {
  store: LeasesStore;
  trust: Trust;
  database: Database;
  /** Told of the licenses whose seats changed hands or were renewed. */
  seatChanges: Announcer;
  /** Told of the licenses of which a seat was taken, or refused. */
  uses: Announcer;
}) {
  const { store, trust, database, seatChanges, uses } = deps;
  const line = (name: "checkout" | "heartbeat" | "release") => ({
    name,
    flushesInFlightMax: FLUSHES_IN_FLIGHT_MAX,
    queuedMax: QUEUED_MAX[name],
  });
  const checkout = announced(uses, announced(seatChanges, store.checkout), { refusals: true });
  const checkingOut = createProvenBatcher<CheckoutItem, CheckoutRow>({
    ...line("checkout"),
    flush: checkout,
  });
  // The limit of borrowed seats is counted before slots are given out, so a request to borrow is decided by itself.
  const borrowing = createProvenBatcher<CheckoutItem, CheckoutRow>({
    ...line("checkout"),
    flush: checkout,
    itemsPerFlushMax: 1,
  });
  const beating = createProvenBatcher<HeartbeatItem, HeartbeatRow>({
    ...line("heartbeat"),
    flush: announced(seatChanges, store.heartbeat),
  });
  const releasing = createProvenBatcher<ReleaseItem, ReleaseRow>({
    ...line("release"),
    flush: announced(seatChanges, store.release),
  });

  async function denied(tenantId: string, row: DecisionRow): Promise<Denied | undefined> {
    const refusal = refusalOf(row);
    if (refusal !== undefined) await trust.catchUp(tenantId, row.trust_seq);
    return refusal;
  }

  async function grant(
    tenantId: string,
    row: LeaseRow,
    request: Binding & { readonly holder: string; readonly nonce: string; readonly resumed: boolean },
  ): Promise<LeaseGrant> {
    const {
      lease_id: leaseId,
      license_id: licenseId,
      activation_id: activationId,
      expires_at: expiresAt,
    } = row;
    if (leaseId === null || licenseId === null || activationId === null || expiresAt === null)
      throw new Error("The database granted a lease without saying which.");
    const { sign, expMax, seq } = await trust.signer(tenantId, "lease", row.trust_seq);
    const borrowed = row.borrowed ?? false;
    const iat = seconds(row.decided_at);
    // The token ends within the second in which the seat is lost, never after it.
    const exp = Math.min(seconds(expiresAt), expMax);
    const heartbeatDue = borrowed ? exp : Math.min(iat + (row.heartbeat_seconds ?? 0), exp);
    const lease = {
      slot: row.slot ?? 0,
      fence: Number(row.fence),
      overage: row.overage ?? false,
      borrowed,
    };
    const claims: LeaseClaims = {
      iss: publicId("tenant", tenantId),
      aud: row.product ?? "",
      sub: publicId("lease", leaseId),
      jti: publicId("token", newUuid()),
      iat,
      exp,
      cid: request.correlationId,
      trust: seq,
      license: publicId("license", licenseId),
      activation: publicId("activation", activationId),
      statusIndex: row.status_index ?? 0,
      ...lease,
      holder: request.holder,
      heartbeatDue,
      nonce: request.nonce,
      req: request.requestHash,
    };
    return {
      leaseId,
      ...lease,
      resumed: request.resumed,
      expiresAt,
      heartbeatDueAt: new Date(heartbeatDue * 1000),
      token: sign(claims),
      trustSeq: seq,
    };
  }

  return {
    /** A seat for a holder on a device; the same holder on the same device gets its own lease back. */
    async checkout(tenantId: string, request: CheckoutInput): Promise<Decision<LeaseGrant>> {
      const door = request.borrowSeconds === undefined ? checkingOut : borrowing;
      const item = {
        activation_id: request.activationId,
        holder: request.holder,
        holders: request.group,
        borrow_seconds: request.borrowSeconds,
        lease_id: newUuid(),
        event_id: newUuid(),
        correlation_id: request.correlationId,
      };
      const row = await door.submit(tenantId, item, request.proof);
      const refused = await denied(tenantId, row);
      if (refused !== undefined) return refused;
      return { outcome: "granted", value: await grant(tenantId, row, { ...request, resumed: row.resumed }) };
    },

    /** Keeps the seat for another TTL. Refused when the lease has ended or its slot was claimed anew; revives nothing. */
    async heartbeat(tenantId: string, request: HeartbeatInput): Promise<Decision<LeaseGrant>> {
      const item = {
        lease_id: request.leaseId,
        activation_id: request.activationId,
        fence: request.fence,
        event_id: newUuid(),
        correlation_id: request.correlationId,
      };
      const row = await beating.submit(tenantId, item, request.proof);
      const refused = await denied(tenantId, row);
      if (refused !== undefined) return refused;
      const holder = row.holder ?? "";
      return { outcome: "granted", value: await grant(tenantId, row, { ...request, holder, resumed: true }) };
    },

    /** Gives the seat back; doing it twice is a success. */
    async release(tenantId: string, request: ReleaseInput): Promise<Decision<{ leaseId: string }>> {
      const item = {
        lease_id: request.leaseId,
        activation_id: request.activationId,
        fence: request.fence,
        by_vendor: false,
        event_id: newUuid(),
        correlation_id: request.correlationId,
      };
      return releasedAs(tenantId, item, request.proof);
    },

    /** Ends somebody's lease by hand, on the vendor's behalf; with `sparesBorrowed` a borrowed one is `forbidden`. */
    async releaseByVendor(
      tenantId: string,
      request: { leaseId: string; correlationId: string; sparesBorrowed: boolean },
    ): Promise<Decision<{ leaseId: string }>> {
      return releasedAs(tenantId, {
        lease_id: request.leaseId,
        activation_id: undefined,
        fence: undefined,
        by_vendor: true,
        spares_borrowed: request.sparesBorrowed,
        event_id: newUuid(),
        correlation_id: request.correlationId,
      });
    },

    /** Announces leases that time has ended, over all tenants, in bounded steps. Running it twice changes nothing. */
    async expire(): Promise<{ expired: number }> {
      let expired = 0;
      await eachTenant(database, async (tenantId) => {
        let count: number;
        do {
          count = await store.expire(tenantId, EXPIRED_AT_ONCE);
          expired += count;
          if (count > 0) seatChanges.announce(tenantId);
        } while (count === EXPIRED_AT_ONCE);
      });
      return { expired };
    },

    /** Resolves once every batch under way has committed. */
    async idle(): Promise<void> {
      await Promise.all([checkingOut.idle(), borrowing.idle(), beating.idle(), releasing.idle()]);
    },
  };

  async function releasedAs(
    tenantId: string,
    item: ReleaseItem,
    proof?: Proof,
  ): Promise<Decision<{ leaseId: string }>> {
    const row = await releasing.submit(tenantId, item, proof);
    return (await denied(tenantId, row)) ?? { outcome: "granted", value: { leaseId: item.lease_id } };
  }
}

function seconds(at: Date): number {
  return Math.floor(at.getTime() / 1000);
}
