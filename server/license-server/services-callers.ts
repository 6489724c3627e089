import type { Credential } from "#server/domain/credential.ts";
import type { ApiScope } from "#server/domain/scopes.ts";
import type { RawRequest } from "./raw.ts";

/** A vendor's backend that has proved itself. */
export interface VerifiedBackend {
  readonly credential: Credential;
  readonly scopes: readonly ApiScope[];
  /** `seq` of the trust bundle whose keys verified it, where it came with a token of ours. */
  readonly trustSeq?: number;
}

export interface VerifiedApiKey extends VerifiedBackend {
  /** The stored uuid. */
  readonly apiKeyId: string;
  readonly expiresAt: Date | null;
}

/** Who a vendor's backend is, as of this request. Undefined when it is none of this tenant's, whatever is wrong. */
export interface CallersService {
  verifyBearer(tenantId: string, text: string, trustSeqMin?: number): Promise<VerifiedBackend | undefined>;
  /** By its signature (RFC 9421), which is taken once. */
  verifySignature(tenantId: string, request: RawRequest): Promise<VerifiedBackend | undefined>;
  /** Whether the request's DPoP proof (RFC 9449) is by that key, for this request and token, and taken for the first time. */
  verifyDeviceProof(
    tenantId: string,
    request: RawRequest,
    use: { readonly token: string; readonly deviceKey: string },
  ): Promise<boolean>;
  verifyApiKey(tenantId: string, text: string): Promise<VerifiedApiKey | undefined>;
  issueAccessToken(
    tenantId: string,
    key: VerifiedApiKey,
    request: { readonly scopes?: readonly ApiScope[]; readonly correlationId: string },
  ): Promise<{ readonly token: string; readonly scopes: readonly ApiScope[]; readonly expiresAt: Date }>;
}
