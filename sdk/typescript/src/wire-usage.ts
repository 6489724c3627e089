/** The wire of credits: tickets, usage and balances. */

import type { CommonClaims } from "./wire-common.ts";

/**
 * Ticket token (`signet-ticket+jwt`): `sub` is the ticket's id, as the client made it; `iat` and `exp` are when the credits
 * were reserved and until when they are.
 */
export interface TicketClaims extends CommonClaims {
  readonly license: string;
  /** Absent when the vendor's backend asked for it. */
  readonly activation?: string;
  readonly statusIndex: number;
  /** `acc_…` */
  readonly account: string;
  readonly meter: string;
  /** In the meter's unit. */
  readonly amount: number;
  /** The entry of the account's ledger that reserved the amount. */
  readonly entry: number;
  readonly req: string;
}

/** What every receipt (`signet-receipt+jwt`) carries. It is valid as long as the key that signed it. */
interface CommonReceiptClaims extends CommonClaims {
  readonly license: string;
  /** Absent when the vendor's backend asked. */
  readonly activation?: string;
  readonly req: string;
}

/** Receipt for a ticket's end: `sub` is the ticket's id. */
export interface TicketReceiptClaims extends CommonReceiptClaims {
  readonly kind: "settle" | "void";
  readonly account: string;
  readonly meter: string;
  readonly amount: number;
  /** Of the amount; the rest was returned. 0 for a void. */
  readonly used: number;
  /** The last entry of the account's ledger that the ticket's end wrote; entries count from 1 without a gap. */
  readonly entry: number;
  /** Granted - reserved - spent after that entry. */
  readonly balance: number;
}

/** Receipt for a usage request: `sub` is the license id. */
export interface UsageReceiptClaims extends CommonReceiptClaims {
  readonly kind: "usage";
  /** Event id → `accepted`, `duplicate`, or the code of the refusal. */
  readonly events: Readonly<Record<string, string>>;
  /** The accounts charged by this request, and the last entry it wrote in each. */
  readonly charges: readonly {
    readonly account: string;
    readonly meter: string;
    readonly amount: number;
    readonly entry: number;
    readonly balance: number;
  }[];
}

export type ReceiptClaims = TicketReceiptClaims | UsageReceiptClaims;

/** Body of `POST /v1/{tenant}/tickets`: reserve credits for a while. */
export interface TicketRequest {
  /**
   * Made by the client, fresh for each ticket: 1 to 128 characters. It takes effect once per tenant, forever; the same id
   * with the same content gets the first answer again, with other content `idempotency_conflict`.
   */
  readonly id: string;
  /** Meter code. */
  readonly meter: string;
  /** Whole number from 1 on, in the meter's unit. */
  readonly amount: number;
  /** The license to act for (`lic_…`): required of the vendor's backend, refused from a device. */
  readonly license?: string;
}

/** Answer to a ticket request (201 when new, 200 with `Idempotent-Replayed: true` when it was answered before). */
export interface TicketResponse {
  readonly ticket: {
    readonly id: string;
    readonly status: "pending";
    readonly meter: string;
    readonly amount: number;
    readonly issuedAt: string;
    readonly expiresAt: string;
  };
  /** Granted - reserved - spent once the ticket was issued; below zero where the policy allows an overdraft. */
  readonly balance: number;
  /** `signet-ticket+jwt` */
  readonly token: string;
  readonly trustSeq: number;
}

/** Body of `POST /v1/{tenant}/tickets/{id}/settle`. */
export interface SettleRequest {
  /** Whole number from 0 to the ticket's amount; the rest is returned. */
  readonly used: number;
  /** The license to act for (`lic_…`): required of the vendor's backend, refused from a device. */
  readonly license?: string;
}

/** Answer to settle and to `POST /v1/{tenant}/tickets/{id}/void`; doing the same twice gets the first answer again. */
export interface TicketEndResponse {
  readonly ticket: {
    readonly id: string;
    readonly status: "settled" | "voided";
    readonly meter: string;
    readonly amount: number;
    readonly used: number;
    readonly endedAt: string;
  };
  readonly balance: number;
  /** `signet-receipt+jwt` */
  readonly receipt: string;
  readonly trustSeq: number;
}

/** One thing used. Its id is made by the client, as a ticket's is, in a name space of its own. */
export interface UsageEventRequest {
  readonly id: string;
  readonly meter: string;
  /** Whole number from 1 on, in the meter's unit. */
  readonly amount: number;
  /** ISO 8601 in UTC, to the millisecond: when it was used. It is charged when it is recorded. */
  readonly occurredAt: string;
}

/** Body of `POST /v1/{tenant}/usage`. */
export interface UsageRequest {
  /** 1 to 1,000, decided in this order. */
  readonly events: readonly UsageEventRequest[];
  /** The license to act for (`lic_…`): required of the vendor's backend, refused from a device. */
  readonly license?: string;
}

/** What became of one event. A duplicate carries the entry and balance of the first time. */
export type UsageEventAnswer =
  | {
      readonly id: string;
      readonly outcome: "accepted" | "duplicate";
      readonly entry: number;
      readonly balance: number;
    }
  | {
      readonly id: string;
      readonly outcome: "denied";
      readonly code: "insufficient_credits" | "meter_not_entitled" | "idempotency_conflict";
    };

/** Answer to usage: one answer an event, in the order of the request. */
export interface UsageResponse {
  readonly events: readonly UsageEventAnswer[];
  /** `signet-receipt+jwt` */
  readonly receipt: string;
  readonly trustSeq: number;
}

/** Answer to `GET /v1/{tenant}/balances`: every meter of the license, sorted by code. */
export interface BalancesResponse {
  readonly balances: readonly {
    readonly meter: string;
    readonly unit: string;
    readonly granted: number;
    readonly reserved: number;
    readonly spent: number;
    /** What may still be spent or reserved: granted - reserved - spent + overdraft. */
    readonly available: number;
    /** How far below zero the balance may go. */
    readonly overdraft: number;
  }[];
  readonly trustSeq: number;
}
