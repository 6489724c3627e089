import { decodeProtectedHeader } from "jose";
import { TOKEN_TYPES } from "#sdk/wire.ts";
import { looksLikeApiKey } from "#server/domain/api-key.ts";
import { type Credential, credentialName } from "#server/domain/credential.ts";
import { SignetError } from "#server/domain/errors.ts";
import { publicId } from "#server/domain/ids.ts";
import type { Proof } from "#server/domain/proof.ts";
import type { ApiScope } from "#server/domain/scopes.ts";
import type { RequestContext } from "./context.ts";
import type { FailureLimiter } from "./failure-limiter.ts";
import type { RateLimits } from "./rate-limits.ts";
import { notAuthenticated, RefusedAtDoor } from "./refusal.ts";
import type { ResolvedTenant, TenantsService, TrustService, VerifiedActivation } from "./services.ts";
import type { CallersService, VerifiedApiKey } from "./services-callers.ts";

/**
 * Who may call an operation: anybody; an app that proves itself by its activation token; such an app or the vendor's
 * backend; or only the bearer of an API key.
 */
export type Caller = "public" | "activation" | "activationOrBackend" | "apiKey";

/** What stands between the wire and a handler, and what the handler may then rely on. */
export interface Door<Scope> {
  readonly caller: Caller;
  /** What a backend must have been allowed. */
  readonly scope?: ApiScope;
  /** Throws SignetError to whoever may not come in. */
  enter(context: RequestContext): Scope | Promise<Scope>;
}

export interface TenantScope {
  readonly context: RequestContext;
  readonly tenant: ResolvedTenant;
}

export interface ActivationScope extends TenantScope {
  readonly activation: VerifiedActivation;
  readonly proof: Proof;
}

/** The vendor's backend, for whichever license it names. */
export interface BackendScope extends TenantScope {
  readonly activation?: undefined;
  readonly credential: Credential;
  readonly proof?: Proof;
}

export interface ApiKeyScope extends TenantScope {
  readonly apiKey: VerifiedApiKey;
}

export interface Doors {
  /** Anybody, outside any tenant. */
  readonly open: Door<RequestContext>;
  /** Anybody, within the tenant the path names. */
  readonly tenant: Door<TenantScope>;
  /** An app with an activation token of the tenant the path names. */
  readonly activation: Door<ActivationScope>;
  /** The same, or a backend of the vendor that is allowed `scope`. */
  activationOrBackend(scope: ApiScope): Door<ActivationScope | BackendScope>;
  /** A backend with an API key, and by nothing got with one; that is allowed `scope`, where one is needed. */
  apiKey(scope?: ApiScope): Door<ApiKeyScope>;
}

const TENANT = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;
const BEARER = /^(?:bearer|dpop) +([A-Za-z0-9_.-]{1,8192})$/i;

export function createDoors(services: {
  readonly tenants: TenantsService;
  readonly trust: TrustService;
  readonly callers: CallersService;
  readonly failures: FailureLimiter;
  readonly rates: RateLimits;
}): Doors {
  const { tenants, trust, callers, failures, rates } = services;

  async function tenantOf(context: RequestContext): Promise<ResolvedTenant> {
    const name = context.request.params.tenant ?? "";
    const tenant = TENANT.test(name) ? await tenants.resolve(name) : undefined;
    if (tenant === undefined) {
      throw new SignetError(
        "not_found",
        "There is no such account here; check the name after /v1/ in the address.",
      );
    }
    return tenant;
  }

  /** Who the request's bearer is, by `verify`; every failure is the same to the caller. */
  async function bearerOf<Verified>(
    context: RequestContext,
    verify: (token: string) => Promise<Verified | undefined>,
  ): Promise<Verified> {
    const token = bearerToken(context);
    return accepted(context, token === undefined ? undefined : await verify(token));
  }

  async function accepted<Verified>(
    context: RequestContext,
    verified: Verified | undefined,
  ): Promise<Verified> {
    if (verified !== undefined) return verified;
    // Only failures count, and only they are refused: one misconfigured machine must not cost its office its seats.
    await failures.count(context.request.ip);
    throw notAuthenticated();
  }

  const activationOf = (context: RequestContext, tenantId: string, seqMin?: number) =>
    bearerOf(context, (token) => trust.verifyActivationToken(tenantId, token, seqMin));

  const backendOf = (context: RequestContext, tenantId: string, seqMin?: number) =>
    bearerOf(context, (token) => callers.verifyBearer(tenantId, token, seqMin));

  /** `verify` with the keys of a later bundle, as often as the database finds these out of date. */
  function proofOf(
    trustSeq: number,
    verify: (seqMin: number) => Promise<{ readonly trustSeq?: number }>,
  ): Proof {
    return {
      trustSeq,
      renew: async (seqMin) => proofOf((await verify(seqMin)).trustSeq ?? seqMin, verify),
    };
  }

  /** Where the policy asks for it, the token alone does not do: whoever copied it has not the device's key. */
  async function assertDeviceProof(
    context: RequestContext,
    tenantId: string,
    activation: VerifiedActivation,
  ) {
    const { provenKey: deviceKey, activationId, product } = activation;
    if (deviceKey === undefined) return;
    const use = { token: bearerToken(context) ?? "", deviceKey };
    if (await callers.verifyDeviceProof(tenantId, context.request, use)) return;
    await failures.count(context.request.ip);
    const subject = publicId("activation", activationId);
    throw new RefusedAtDoor({ refused: "device_proof_invalid", tenantId, subject, audience: product });
  }

  async function enterAsDevice(context: RequestContext, tenant: ResolvedTenant): Promise<ActivationScope> {
    const activation = await activationOf(context, tenant.id);
    await assertDeviceProof(context, tenant.id, activation);
    // After the proof: whoever copied a token must not use up what its device may ask.
    await rates.count(context, { tenantId: tenant.id, device: activation.activationId });
    const proof = proofOf(activation.trustSeq, (seqMin) => activationOf(context, tenant.id, seqMin));
    return { context, tenant, activation, proof };
  }

  async function enterAsBackend(
    context: RequestContext,
    tenant: ResolvedTenant,
    scope: ApiScope,
  ): Promise<BackendScope> {
    const { scopes, trustSeq, credential } = isSigned(context)
      ? await accepted(context, await callers.verifySignature(tenant.id, context.request))
      : await backendOf(context, tenant.id);
    await rates.count(context, { tenantId: tenant.id, backend: credentialName(credential) });
    refuseBeyond(scopes, scope);
    if (trustSeq === undefined) return { context, tenant, credential };
    const proof = proofOf(trustSeq, (seqMin) => backendOf(context, tenant.id, seqMin));
    return { context, tenant, credential, proof };
  }

  return {
    open: { caller: "public", enter: (context) => context },
    tenant: {
      caller: "public",
      async enter(context) {
        const tenant = await tenantOf(context);
        await rates.count(context, { tenantId: tenant.id });
        return { context, tenant };
      },
    },
    activation: {
      caller: "activation",
      enter: async (context) => enterAsDevice(context, await tenantOf(context)),
    },
    activationOrBackend: (scope) => ({
      caller: "activationOrBackend",
      scope,
      async enter(context) {
        const tenant = await tenantOf(context);
        return isForBackends(context)
          ? enterAsBackend(context, tenant, scope)
          : enterAsDevice(context, tenant);
      },
    }),
    apiKey: (scope) => ({
      caller: "apiKey",
      ...(scope === undefined ? {} : { scope }),
      async enter(context) {
        const tenant = await tenantOf(context);
        const apiKey = await bearerOf(context, (token) => callers.verifyApiKey(tenant.id, token));
        await rates.count(context, { tenantId: tenant.id, backend: credentialName(apiKey.credential) });
        refuseBeyond(apiKey.scopes, scope);
        return { context, tenant, apiKey };
      },
    }),
  };
}

function refuseBeyond(scopes: readonly ApiScope[], scope: ApiScope | undefined): void {
  if (scope === undefined || scopes.includes(scope)) return;
  throw new SignetError("forbidden", `This credential is not allowed ${scope}; use one that is.`);
}

function bearerToken(context: RequestContext): string | undefined {
  return BEARER.exec(context.request.header("authorization") ?? "")?.[1];
}

function isSigned({ request }: RequestContext): boolean {
  return request.header("authorization") === undefined && request.header("signature-input") !== undefined;
}

/** Whether no activation token is presented, but a signature, an API key, or a JWT that says it is of another type. */
function isForBackends(context: RequestContext): boolean {
  if (isSigned(context)) return true;
  const token = bearerToken(context) ?? "";
  if (looksLikeApiKey(token)) return true;
  try {
    return decodeProtectedHeader(token).typ !== TOKEN_TYPES.activation;
  } catch {
    return false;
  }
}
