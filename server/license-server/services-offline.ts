import type { JournaledTicket, OfflineActivationResponse } from "#sdk/wire.ts";
import type { Decision } from "#server/domain/decision.ts";

/** A file as somebody uploads it. */
export interface OfflineUpload {
  readonly text: string;
  readonly correlationId: string;
}

/** A response file, and what of it is told beside it. */
export interface OfflineAnswer {
  /** The stored uuid. */
  readonly activationId: string;
  /** The stored uuid. */
  readonly licenseId: string;
  readonly expiresAt: Date;
  readonly tickets: OfflineActivationResponse["tickets"];
  readonly response: string;
  /** The request was answered before: this is the first answer again. */
  readonly replayed: boolean;
}

/** A request code, and what was typed beside it; the license key in its canonical form. */
export interface OfflineCodeUpload {
  readonly code: string;
  readonly licenseKey: string;
  readonly product: string;
  readonly name?: string | undefined;
  readonly correlationId: string;
}

/** A response code, and what is told beside it. */
export interface OfflineCodeAnswer {
  /** The stored uuid. */
  readonly activationId: string;
  /** The stored uuid. */
  readonly licenseId: string;
  readonly expiresAt: Date;
  readonly code: string;
  readonly replayed: boolean;
}

/** What a stretch of a usage journal was answered. */
export interface OfflineJournalAnswer {
  /** The stored uuid. */
  readonly activationId: string;
  readonly last: number;
  readonly head: string;
  readonly tickets: readonly JournaledTicket[];
  readonly replayed: boolean;
  readonly receipt: string;
  readonly trustSeq: number;
}

/** Machines without a network, as this transport needs them. A file that cannot be read is an `offline_request_invalid`. */
export interface OfflineService {
  activate(
    tenantId: string,
    upload: OfflineUpload,
  ): Promise<{
    readonly decision: Decision<OfflineAnswer>;
    readonly about: { readonly product: string; readonly nonce: string };
  }>;
  activateByCode(
    tenantId: string,
    upload: OfflineCodeUpload,
  ): Promise<{
    readonly decision: Decision<OfflineCodeAnswer>;
    readonly about: { readonly product: string; readonly nonce: string };
  }>;
  deactivate(tenantId: string, upload: OfflineUpload): Promise<{ readonly activationId: string }>;
  recordJournal(tenantId: string, upload: OfflineUpload): Promise<OfflineJournalAnswer>;
  /** The trust bundle in force as a file. */
  snapshot(tenantId: string): Promise<string>;
}
