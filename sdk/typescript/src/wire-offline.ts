/** The wire of machines without a network: files that people carry to and from the server, and the answers to them. */

import type { CommonClaims, Features } from "./wire-common.ts";

/** An Ed25519 public key, as every file a device signs carries it: the file proves that its maker holds the private part. */
interface DeviceSigned {
  readonly deviceKey: { readonly kty: "OKP"; readonly crv: "Ed25519"; readonly x: string };
  /** Seconds since 1970 by the device's own clock: told, never decided by. */
  readonly iat: number;
}

/** Credits that a device wants to take with it. The id is made by the device, as any ticket's is. */
export interface OfflineTicketWanted {
  readonly id: string;
  /** Meter code. */
  readonly meter: string;
  /** Whole number from 1 on, in the meter's unit. */
  readonly amount: number;
}

/** Activation request (`signet-offline-request+jwt`), signed by the device key it carries. */
export interface OfflineRequestClaims extends DeviceSigned {
  readonly licenseKey: string;
  /** Product code. */
  readonly product: string;
  /** As in an online activation: component name → base64url digest. */
  readonly fingerprint: Readonly<Record<string, string>>;
  /** 16 to 64 base64url characters, fresh for each request this device key signs. */
  readonly nonce: string;
  /** `seq` of the newest trust bundle the device has; 0 for none. */
  readonly trust: number;
  readonly metadata?: {
    readonly name?: string;
    readonly platform?: string;
    readonly appVersion?: string;
    readonly sdkVersion?: string;
  };
  /** At most 50. */
  readonly tickets?: readonly OfflineTicketWanted[];
}

/** What became of one ticket that was wanted; a refused one says why. */
export type OfflineTicketAnswer =
  | {
      readonly id: string;
      readonly outcome: "issued";
      /** `signet-ticket+jwt`, good for as long as the activation token. */
      readonly token: string;
    }
  | { readonly id: string; readonly outcome: "denied"; readonly code: string };

/**
 * Activation response (`signet-offline-response+jwt`), signed by the tenant's activation key. Its payload is deflated as a trust
 * bundle's is. `sub` is the activation id; `nonce`, `req` and `cnf` are those of the request it answers, and of its token.
 */
export interface OfflineResponseClaims extends CommonClaims {
  readonly license: string;
  readonly nonce: string;
  /** base64url SHA-256 of the request's compact JWS, without the armour that mail may have wrapped anew. */
  readonly req: string;
  readonly cnf: { readonly jkt: string };
  /** `signet-activation+jwt`, good for the policy's offline days. */
  readonly token: string;
  /** `signet-license+jwt` */
  readonly certificate: string;
  /** In the order in which they were wanted. */
  readonly tickets: readonly OfflineTicketAnswer[];
  /** The security snapshot: the trust bundle in force (`signet-trust+jwt`). */
  readonly bundle: string;
}

/** Deactivation receipt (`signet-offline-deactivation+jwt`), signed by the device key of the activation it gives up. */
export interface OfflineDeactivationClaims extends DeviceSigned {
  /** `act_…` */
  readonly activation: string;
  readonly nonce: string;
  /** Hash of the last entry of the device's usage journal, or null when there is none: tells whether it has all arrived. */
  readonly journal: string | null;
}

/**
 * One use of an offline ticket. Entries count from 1 in one chain for each activation and device key; the hash of an entry is
 * the base64url SHA-256 of `journalText` (offline-journal.ts), which contains the hash before it.
 */
export interface JournalEntry {
  readonly ticket: string;
  /** Whole number from 0 on, in the meter's unit. All entries of a ticket together stay within its amount. */
  readonly amount: number;
  /** Seconds since 1970, by the device's clock. */
  readonly at: number;
  /** The ticket's last entry: its use is charged and the rest returned. */
  readonly closes: boolean;
}

/** Usage journal (`signet-offline-journal+jwt`), signed by the device key: a stretch of the chain. */
export interface OfflineJournalClaims extends DeviceSigned {
  /** `act_…` */
  readonly activation: string;
  /** Number of the first entry here: the next after what was uploaded before, or an earlier one again. */
  readonly first: number;
  /** Hash of the entry before the first one; `journalOrigin` of the activation and device key where that is entry 1. */
  readonly prev: string;
  /** 1 to 1,000. */
  readonly entries: readonly JournalEntry[];
  /** Hash of the last entry. */
  readonly head: string;
}

/** Where one ticket stands once a stretch of journal is recorded. Amounts are in the meter's unit. */
export interface JournaledTicket {
  readonly ticket: string;
  readonly meter: string;
  /** All that the journal says so far. */
  readonly journaled: number;
  /** Of that: charged. While the ticket is `open`, nothing is charged yet. */
  readonly charged: number;
  /** Of what was charged: after the ticket had ended, from what was left then. */
  readonly late: number;
  readonly status: "open" | "settled" | "voided" | "expired";
}

/** Receipt (`signet-receipt+jwt`) for a stretch of a usage journal: `sub` is the activation id. */
export interface JournalReceiptClaims extends CommonClaims {
  readonly kind: "journal";
  readonly license: string;
  readonly activation: string;
  /** base64url SHA-256 of the journal's compact JWS. */
  readonly req: string;
  /** Everything up to this entry is recorded, and its hash. */
  readonly last: number;
  readonly head: string;
  /** The tickets of the newest entries. */
  readonly tickets: readonly JournaledTicket[];
}

/** Body of `POST /v1/{tenant}/offline/activations`. */
export interface OfflineActivationRequest {
  /** The request file's text, with its `-----BEGIN SIGNET ACTIVATION REQUEST-----`; text around it does no harm. */
  readonly request: string;
}

/** Answer to an offline activation (201, or 200 with `Idempotent-Replayed: true` when it was answered before). */
export interface OfflineActivationResponse {
  readonly activation: { readonly id: string; readonly license: string; readonly expiresAt: string };
  readonly tickets: readonly (
    | { readonly id: string; readonly outcome: "issued" }
    | { readonly id: string; readonly outcome: "denied"; readonly code: string }
  )[];
  /** The response file's text, to be carried to the machine. */
  readonly response: string;
}

/**
 * What a response code says (`signet-offline-code+jwt`): the claims in this order, as JSON without spaces, are signed like a token's,
 * by the activation key. The code holds what the machine does not know already, and the signature; the machine makes the
 * rest again.
 */
export interface OfflineCodeClaims {
  readonly iss: string;
  /** The product code. */
  readonly aud: string;
  /** `act_…` */
  readonly sub: string;
  /** Whole minutes, in seconds since 1970; `exp` too. */
  readonly iat: number;
  readonly exp: number;
  readonly statusIndex: number;
  /** Digest of the one fingerprint component `code`. */
  readonly fingerprint: string;
  readonly cnf: { readonly jkt: string };
  /** Six hex digits of each granted feature's code → its value. */
  readonly features: Features;
  /** `codeRequestHash` of the request code, the license key and the product. */
  readonly req: string;
  /** The license has expired and still works until `exp`. */
  readonly grace: boolean;
}

/** Body of `POST /v1/{tenant}/offline/codes`. */
export interface OfflineCodeRequest {
  /** The request code as it was typed: any case, with or without spaces and dashes. */
  readonly code: string;
  readonly licenseKey: string;
  /** Product code. */
  readonly product: string;
  /** A name for the device that a person recognises, up to 100 characters. */
  readonly name?: string;
}

/** Answer to a request code (201, or 200 with `Idempotent-Replayed: true` when it was answered before). */
export interface OfflineCodeResponse {
  readonly activation: { readonly id: string; readonly license: string; readonly expiresAt: string };
  /** The response code: lines of groups of five characters, to be typed on the machine. */
  readonly code: string;
}

/** Body of `POST /v1/{tenant}/offline/deactivations`, which is answered as an online deactivation is. */
export interface OfflineDeactivationRequest {
  /** The text of the file that begins with `-----BEGIN SIGNET DEACTIVATION RECEIPT-----`. */
  readonly receipt: string;
}

/** Body of `POST /v1/{tenant}/offline/journals`. */
export interface OfflineJournalRequest {
  /** The text of the file that begins with `-----BEGIN SIGNET USAGE JOURNAL-----`. */
  readonly journal: string;
}

/** Answer to a usage journal (201, or 200 with `Idempotent-Replayed: true` when all of it was recorded before). */
export interface OfflineJournalResponse {
  readonly journal: {
    /** `act_…` */
    readonly activation: string;
    /** Everything up to this entry is recorded, and its hash. */
    readonly last: number;
    readonly head: string;
  };
  /** The tickets of the newest entries, as they stood when those were recorded. */
  readonly tickets: readonly JournaledTicket[];
  /** `signet-receipt+jwt` */
  readonly receipt: string;
  readonly trustSeq: number;
}
