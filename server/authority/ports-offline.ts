import type { JournaledTicket } from "#sdk/wire.ts";
import type { Decision } from "../domain/decision.ts";

/** The machine that asks in a request, as an activation of it is kept. */
export interface AskingDevice {
  readonly thumbprint: string;
  readonly nonce: string;
  readonly fingerprint: string;
  readonly components: readonly string[];
}

/** A text that somebody brought, read, and whoever signed it checked. Ids are as stored. */
export type OfflineFile =
  | {
      readonly kind: "request";
      readonly licenseKey: string;
      readonly product: string;
      readonly asking: AskingDevice;
      readonly madeAt: Date;
      readonly device: { readonly name: string; readonly platform: string; readonly appVersion: string };
      readonly tickets: readonly { readonly id: string; readonly meter: string; readonly amount: number }[];
    }
  | { readonly kind: "code" }
  | {
      readonly kind: "deactivation";
      readonly activationId: string;
      readonly thumbprint: string;
      readonly madeAt: Date;
      readonly journal: string | null;
    }
  | {
      readonly kind: "journal";
      readonly activationId: string;
      readonly thumbprint: string;
      readonly first: number;
      readonly entries: readonly { readonly ticket: string; readonly amount: number }[];
    }
  | { readonly kind: "response" }
  | { readonly kind: "snapshot" };

interface Upload {
  readonly text: string;
  readonly correlationId: string;
}

interface CodeUpload {
  readonly code: string;
  readonly licenseKey: string;
  readonly product: string;
}

interface Activated {
  readonly activationId: string;
  readonly licenseId: string;
  readonly expiresAt: Date;
  readonly replayed: boolean;
}

/** Files carried to and from machines without a network, as the runtime plane decides about them. */
export interface OfflineFiles {
  /** Throws `offline_request_invalid`, saying what is wrong with the text. */
  recognise(text: string): Promise<OfflineFile>;
  recogniseCode(upload: CodeUpload): Promise<AskingDevice>;
  activate(
    tenantId: string,
    upload: Upload,
  ): Promise<{
    readonly decision: Decision<
      Activated & {
        readonly response: string;
        readonly tickets: readonly (
          | { readonly id: string; readonly outcome: "issued" }
          | { readonly id: string; readonly outcome: "denied"; readonly code: string }
        )[];
      }
    >;
  }>;
  activateByCode(
    tenantId: string,
    upload: CodeUpload & { readonly name?: string | undefined; readonly correlationId: string },
  ): Promise<{ readonly decision: Decision<Activated & { readonly code: string }> }>;
  deactivate(tenantId: string, upload: Upload): Promise<{ readonly activationId: string }>;
  recordJournal(
    tenantId: string,
    upload: Upload,
  ): Promise<{
    readonly activationId: string;
    readonly last: number;
    readonly tickets: readonly JournaledTicket[];
    readonly replayed: boolean;
    readonly receipt: string;
  }>;
  kept(
    tenantId: string,
    exchange: { readonly thumbprint: string; readonly nonce: string },
  ): Promise<{ readonly by: "file" | "code"; readonly text: string }>;
  snapshot(tenantId: string): Promise<string>;
}
