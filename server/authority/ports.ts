import type { Prisma } from "#prisma/generated/client.ts";
import type { Decision } from "../domain/decision.ts";
import type { HappenedEvent } from "../domain/event-catalogue.ts";
import type { KeyStatus } from "../domain/signing-key.ts";

/** The control plane's view of the rooms beside it: only what it calls, so that it depends on none of them. */

export type Tx = Prisma.TransactionClient;

export interface TenantCipher {
  encrypt(purpose: string, plaintext: Uint8Array): Uint8Array<ArrayBuffer>;
  decrypt(purpose: string, cipher: Uint8Array): Buffer;
  keyedHash(purpose: string, text: string): Buffer<ArrayBuffer>;
}

export interface Vault {
  cipher(tenantId: string): Promise<TenantCipher>;
}

export interface Trust {
  /** Gives a new tenant its keys, its state row and its first bundle. */
  provision(tx: Tx, tenantId: string): Promise<void>;
  /** Signs the next bundle, which names every revocation the transaction sees. */
  publish(tx: Tx, tenantId: string): Promise<{ seq: number }>;
  /** The base64url `x` that applications pin. */
  rootKey(tenantId: string): Promise<string>;
}

/** Tells whoever watches a license's seats, soon and at best effort, that they have changed; for after the commit. */
export interface SeatChanges {
  announce(tenantId: string, licenseId: string): void;
}

/** Signs where the audit chain ends, and opens what was signed. */
export interface Seals {
  /** A compact JWS by the key in force. */
  sign(
    tenantId: string,
    checkpoint: { readonly seq: number; readonly hash: string; readonly at: Date },
  ): Promise<string>;
  /** Undefined: no key of this tenant signed it. */
  open(
    tenantId: string,
    jws: string,
  ): Promise<{ readonly seq: number; readonly hash: string } | "compromised" | undefined>;
  /** The key it names, and a trust bundle that lists it. */
  provenance(tenantId: string, jws: string): Promise<{ readonly kid: string; readonly bundle: string }>;
}

export interface Devices {
  /** Frees a device's slot; `byVendor` passes over what the policy says about customers doing it. */
  deactivate(
    tenantId: string,
    request: { readonly activationId: string; readonly correlationId: string; readonly byVendor: boolean },
  ): Promise<Decision<unknown>>;
  /** Frees the slots of all devices of a license, in the caller's transaction. */
  deactivateAll(
    tx: Tx,
    tenantId: string,
    request: { readonly licenseId: string; readonly correlationId: string },
  ): Promise<void>;
}

export interface HeldSeats {
  /** Ends somebody's lease; its seat is free at once. With `sparesBorrowed` a borrowed one is `forbidden`. */
  releaseByVendor(
    tenantId: string,
    request: { readonly leaseId: string; readonly correlationId: string; readonly sparesBorrowed: boolean },
  ): Promise<Decision<unknown>>;
}

/** Which account, and why. */
interface CreditChange {
  readonly licenseId: string;
  /** Meter code. */
  readonly meter: string;
  readonly amount: number;
  readonly reason: string;
  readonly correlationId: string;
}

export interface GrantFacts {
  readonly id: string;
  readonly accountId: string;
  readonly kind: "prepaid" | "period" | "promo";
  readonly amount: bigint;
  readonly remaining: bigint;
  readonly expired: bigint;
  readonly priority: number;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
}

/** What is done to accounts by hand; every method runs in the caller's transaction, which audits it. */
export interface Credits {
  /** Locks a license's accounts, and does what time has made due on them. */
  lock(tx: Tx, tenantId: string, licenseId: string): Promise<void>;
  /** In the order in which they burn, each with what is left of it now. */
  grants(tx: Tx, tenantId: string, licenseId: string): Promise<readonly GrantFacts[]>;
  grant(
    tx: Tx,
    tenantId: string,
    change: CreditChange & {
      readonly kind: "prepaid" | "promo";
      readonly priority: number;
      readonly expiresAt: Date | null;
      readonly grantId: string;
    },
  ): Promise<{ readonly balance: number }>;
  refund(
    tx: Tx,
    tenantId: string,
    change: CreditChange & { readonly of: { readonly eventId: string } | { readonly ticketId: string } },
  ): Promise<{ readonly balance: number }>;
  adjust(
    tx: Tx,
    tenantId: string,
    change: CreditChange & { readonly requestId?: string },
  ): Promise<{ readonly balance: number }>;
}

/** Who else is to know of events: by mail, say. */
export interface Notices {
  /** In the transaction that tells of them. */
  tell(tx: Tx, tenantId: string, events: readonly HappenedEvent[]): Promise<void>;
}

export interface Certificates {
  /** The license's signed certificate, a compact JWS. */
  of(tenantId: string, licenseId: string, correlationId: string): Promise<string>;
}

export type KeyUse = "license" | "activation" | "lease" | "ticket" | "receipt";

/** What became of a new bundle: in force, or, the root being offline, waiting for its signature. */
export interface Published {
  /** `seq` of the bundle in force. */
  readonly seq: number;
  readonly awaitsSignature: boolean;
}

/** A working key, wherever it is in its life. */
export interface KeyFacts {
  readonly use: KeyUse;
  readonly kid: string;
  readonly status: KeyStatus;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly announcedAt: Date | null;
  readonly endedAt: Date | null;
  readonly signsFrom: Date | undefined;
}

export interface RootFacts {
  /** The base64url `x` that applications pin. */
  readonly x: string;
  readonly kid: string;
  readonly createdAt: Date;
  readonly offline: boolean;
  readonly bundleDays: number;
  readonly trustSeq: number;
  /** The bundle that waits for the root's signature. */
  readonly prepared: PreparedBundle | undefined;
}

/** One trust bundle, and what it changed. */
export interface BundleFacts {
  readonly seq: number;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  readonly keys: readonly {
    readonly use: KeyUse;
    readonly kid: string;
    readonly became: "announced" | "active" | "retired" | "compromised" | "unlisted";
  }[];
  readonly licensesRevoked: number;
  readonly activationsRevoked: number;
  readonly rootChanged: boolean;
}

export interface PreparedBundle {
  readonly seq: number;
  /** What to sign. */
  readonly signingInput: string;
  readonly expiresAt: Date;
}

/** The lives of a tenant's keys; each method runs in the caller's transaction. */
export interface Lifecycle {
  bundleHistory(
    tx: Tx,
    tenantId: string,
    page: { readonly before?: number | undefined; readonly limit: number },
  ): Promise<{ readonly items: readonly BundleFacts[]; readonly nextBefore: number | null }>;
  readonly rotation: {
    keys(tx: Tx, tenantId: string): Promise<readonly KeyFacts[]>;
    announce(tx: Tx, tenantId: string, use: KeyUse): Promise<Published & { readonly kid: string }>;
    activate(
      tx: Tx,
      tenantId: string,
      use: KeyUse,
      options: { readonly early: boolean },
    ): Promise<Published & { readonly kid: string; readonly early: boolean }>;
    compromise(tx: Tx, tenantId: string, kid: string): Promise<Published>;
  };
  readonly roots: {
    view(tx: Tx, tenantId: string): Promise<RootFacts>;
    rotate(tx: Tx, tenantId: string): Promise<Published & { readonly x: string }>;
    replaceCompromised(tx: Tx, tenantId: string): Promise<Published & { readonly x: string }>;
    exportPrivate(
      tx: Tx,
      tenantId: string,
      passphrase: string,
    ): Promise<{ readonly pem: string; readonly kid: string }>;
    prepare(tx: Tx, tenantId: string, bundleDays: number): Promise<PreparedBundle>;
    takeSigned(
      tx: Tx,
      tenantId: string,
      bundle: string,
      options: { readonly takeOffline: boolean },
    ): Promise<Published>;
    restore(tx: Tx, tenantId: string, pem: string, passphrase: string): Promise<Published>;
  };
}
