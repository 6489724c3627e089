import type { ActivateRequest, BundleKey, PublicKeyJwk, UsageEventAnswer } from "#sdk/wire.ts";
import type { Code } from "#server/domain/codes.ts";
import type { Credential } from "#server/domain/credential.ts";
import type { Decision } from "#server/domain/decision.ts";
import type { KeyedRequest } from "#server/domain/idempotency-key.ts";
import type { Proof } from "#server/domain/proof.ts";
import type { Clock } from "#server/platform/clock.ts";
import type { Logger } from "#server/platform/log.ts";
import type { RawReply } from "./raw.ts";
import type { AuthorityFilesService } from "./services-authority.ts";
import type { CallersService } from "./services-callers.ts";
import type { OfflineService } from "./services-offline.ts";

/** What every runtime request carries into the service that decides it. */
export interface RequestBinding {
  /** base64url SHA-256 of the request body as sent. */
  readonly requestHash: string;
  readonly correlationId: string;
  /** What proved the caller, if that was a token. */
  readonly proof?: Proof;
}

export type ActivateInput = ActivateRequest & RequestBinding;

export interface RefreshInput extends RequestBinding {
  /** The stored uuid. */
  readonly activationId: string;
  readonly nonce: string;
}

export interface DeactivateInput extends RequestBinding {
  /** The stored uuid. */
  readonly activationId: string;
}

export interface ActivationGrant {
  /** The stored uuid. */
  readonly activationId: string;
  /** The stored uuid. */
  readonly licenseId: string;
  readonly created: boolean;
  readonly expiresAt: Date;
  readonly token: string;
  readonly certificate: string;
  readonly trustSeq: number;
}

/** The runtime plane's activations, as this transport needs them; every id is a stored uuid. */
export interface ActivationsService {
  activate(tenantId: string, input: ActivateInput): Promise<Decision<ActivationGrant>>;
  refresh(tenantId: string, input: RefreshInput): Promise<Decision<ActivationGrant>>;
  deactivate(tenantId: string, input: DeactivateInput): Promise<Decision<{ readonly activationId: string }>>;
}

export interface CheckoutInput extends RequestBinding {
  /** The stored uuid. */
  readonly activationId: string;
  readonly holder: string;
  readonly group?: string;
  readonly borrowSeconds?: number;
  readonly nonce: string;
}

export interface HeartbeatInput extends RequestBinding {
  /** The stored uuid. */
  readonly leaseId: string;
  /** The stored uuid. */
  readonly activationId: string;
  readonly fence: number;
  readonly nonce: string;
}

export interface ReleaseInput {
  /** The stored uuid. */
  readonly leaseId: string;
  /** The stored uuid. */
  readonly activationId: string;
  readonly fence: number;
  readonly correlationId: string;
  readonly proof?: Proof;
}

export interface LeaseGrant {
  /** The stored uuid. */
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

/** Floating seats, as this transport needs them. */
export interface LeasesService {
  checkout(tenantId: string, input: CheckoutInput): Promise<Decision<LeaseGrant>>;
  heartbeat(tenantId: string, input: HeartbeatInput): Promise<Decision<LeaseGrant>>;
  release(tenantId: string, input: ReleaseInput): Promise<Decision<{ readonly leaseId: string }>>;
}

/** Who asks for credits: the device that its token names, or the vendor's backend for a license. */
export interface UsageCaller extends RequestBinding {
  /** The stored uuid. */
  readonly licenseId: string;
  /** The stored uuid; absent for a backend, which has a credential instead. */
  readonly activationId?: string;
  readonly credential?: Credential;
}

export interface IssueInput extends UsageCaller {
  /** Made by the client. */
  readonly id: string;
  /** Meter code. */
  readonly meter: string;
  readonly amount: number;
}

export interface TicketGrant {
  readonly ticketId: string;
  readonly meter: string;
  readonly amount: number;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  readonly balance: number;
  /** It was asked for before: this is the first answer again. */
  readonly replayed: boolean;
  readonly token: string;
  readonly trustSeq: number;
}

export interface TicketEnd {
  readonly ticketId: string;
  readonly status: "settled" | "voided";
  readonly meter: string;
  readonly amount: number;
  readonly used: number;
  readonly endedAt: Date;
  readonly balance: number;
  /** It was done before: this is the first answer again. */
  readonly replayed: boolean;
  readonly receipt: string;
  readonly trustSeq: number;
}

export interface RecordInput extends UsageCaller {
  readonly events: readonly {
    /** Made by the client. */
    readonly id: string;
    /** Meter code. */
    readonly meter: string;
    readonly amount: number;
    readonly occurredAt: Date;
  }[];
}

export interface RecordedUsage {
  /** One an event, in the order of the request. */
  readonly events: readonly UsageEventAnswer[];
  /** Every event was answered before. */
  readonly replayed: boolean;
  readonly trustSeq: number;
  receipt(): Promise<string>;
}

export interface Balance {
  readonly meter: string;
  readonly unit: string;
  readonly granted: number;
  readonly reserved: number;
  readonly spent: number;
  readonly available: number;
  readonly overdraft: number;
}

/** Credits, as this transport needs them. */
export interface UsageService {
  issue(tenantId: string, input: IssueInput): Promise<Decision<TicketGrant>>;
  settle(
    tenantId: string,
    input: UsageCaller & { readonly ticketId: string; readonly used: number },
  ): Promise<Decision<TicketEnd>>;
  void(tenantId: string, input: UsageCaller & { readonly ticketId: string }): Promise<Decision<TicketEnd>>;
  record(tenantId: string, input: RecordInput): Promise<Decision<RecordedUsage>>;
  balances(
    tenantId: string,
    input: UsageCaller,
  ): Promise<Decision<{ readonly balances: readonly Balance[]; readonly trustSeq: number }>>;
}

/** A denial to be signed. `subject` is a public id. */
export interface DenialInput extends RequestBinding {
  readonly code: Code;
  readonly subject: string;
  readonly audience: string;
  readonly nonce?: string;
}

/** What a verified activation token says about its bearer. */
export interface VerifiedActivation {
  /** The stored uuid. */
  readonly activationId: string;
  /** The stored uuid. */
  readonly licenseId: string;
  /** The product code the token was signed for. */
  readonly product: string;
  /** Thumbprint of the device key that must be proved, where the policy asks for that. */
  readonly provenKey?: string;
  /** `seq` of the trust bundle whose keys verified it. */
  readonly trustSeq: number;
}

/** A working key as plain JOSE clients read it. */
export type PublishedKey = PublicKeyJwk & Pick<BundleKey, "kid" | "alg"> & { readonly use: "sig" };

export interface TrustService {
  /** The bundle in force, as a compact JWS. */
  currentBundle(tenantId: string): Promise<{ readonly jws: string; readonly seq: number }>;
  jwks(tenantId: string): Promise<{ readonly keys: readonly PublishedKey[] }>;
  signDenial(tenantId: string, denial: DenialInput): Promise<string>;
  /**
   * By keys no older than `trustSeqMin`. Undefined when the token is not one of this tenant's, whatever is wrong with it.
   */
  verifyActivationToken(
    tenantId: string,
    jws: string,
    trustSeqMin?: number,
  ): Promise<VerifiedActivation | undefined>;
}

export interface ResolvedTenant {
  /** The stored uuid. */
  readonly id: string;
  readonly slug: string;
}

export interface TenantsService {
  /** By slug or public id (`ten_…`). */
  resolve(slugOrId: string): Promise<ResolvedTenant | undefined>;
}

/** Answers as they were given before, by `Idempotency-Key`. */
export interface IdempotencyService {
  /** The answer of `work`, or the one it gave before. Throws SignetError when the key cannot be used now. */
  once(
    tenantId: string,
    request: KeyedRequest,
    work: () => Promise<RawReply>,
  ): Promise<{ readonly answer: RawReply; readonly replayed: boolean }>;
}

/** Everything the runtime transport stands on; the container satisfies it. */
export interface LicenseServerServices {
  readonly activations: ActivationsService;
  readonly leases: LeasesService;
  readonly usage: UsageService;
  readonly offline: OfflineService;
  readonly authorityFiles: AuthorityFilesService;
  readonly callers: CallersService;
  readonly idempotency: IdempotencyService;
  readonly trust: TrustService;
  readonly tenants: TenantsService;
  readonly database: { ping(): Promise<void> };
  readonly log: Logger;
  readonly clock: Clock;
}
