import type { CommonClaims } from "./wire-common.ts";

/** Lease token (`signet-lease+jwt`): `sub` is the lease id, `exp` the moment the seat is lost without a heartbeat. */
export interface LeaseClaims extends CommonClaims {
  readonly license: string;
  readonly activation: string;
  readonly statusIndex: number;
  readonly slot: number;
  /** Grows with each new claim of the slot: a lease with a lower one has lost it. */
  readonly fence: number;
  readonly holder: string;
  /** Granted beyond the seats paid for. */
  readonly overage: boolean;
  /** Taken for longer, to be used away from the server; no heartbeat is due. */
  readonly borrowed: boolean;
  /** Seconds since 1970: when the next heartbeat is due. */
  readonly heartbeatDue: number;
  readonly nonce: string;
  readonly req: string;
}

/** Body of `POST /v1/{tenant}/leases`; the caller proves itself by its activation token as Bearer. */
export interface CheckoutRequest {
  /** Who uses the seat: a name, an e-mail address, a machine; 1 to 200 characters. */
  readonly holder: string;
  /** A group of holders that the policy reserves seats for; 1 to 100 characters. */
  readonly group?: string;
  /** Take the seat away from the server for so long. */
  readonly borrowSeconds?: number;
  readonly nonce: string;
}

/** Answer to checkout (201 when new, 200 when the holder's own lease came back) and heartbeat (200). */
export interface LeaseResponse {
  readonly lease: {
    readonly id: string;
    readonly status: "held";
    readonly slot: number;
    readonly fence: number;
    readonly overage: boolean;
    readonly borrowed: boolean;
    readonly expiresAt: string;
    readonly heartbeatDueAt: string;
  };
  /** `signet-lease+jwt` */
  readonly token: string;
  readonly trustSeq: number;
}

/** Body of `POST /v1/{tenant}/leases/{id}/heartbeat`. */
export interface HeartbeatRequest {
  readonly fence: number;
  readonly nonce: string;
}

/** Body of `POST /v1/{tenant}/leases/{id}/release`. */
export interface ReleaseRequest {
  readonly fence: number;
}

/** Answer to release; doing it twice is a success. */
export interface ReleaseResponse {
  readonly lease: { readonly id: string; readonly status: "released" };
}
