import { SignetError } from "#server/domain/errors.ts";
import type { Proof } from "#server/domain/proof.ts";
import type { RequestContext } from "./context.ts";
import type { FailureLimiter } from "./failure-limiter.ts";
import { notAuthenticated } from "./refusal.ts";
import type { ResolvedTenant, TenantsService, TrustService, VerifiedActivation } from "./services.ts";

/** Who may call an operation: anybody, or an app that proves itself by its activation token. */
export type Caller = "public" | "activation";

/** What stands between the wire and a handler, and what the handler may then rely on. */
export interface Door<Scope> {
  readonly caller: Caller;
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

export interface Doors {
  /** Anybody, outside any tenant. */
  readonly open: Door<RequestContext>;
  /** Anybody, within the tenant the path names. */
  readonly tenant: Door<TenantScope>;
  /** An app with an activation token of the tenant the path names. */
  readonly activation: Door<ActivationScope>;
}

const TENANT = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;
const BEARER = /^bearer +([A-Za-z0-9_.-]{1,8192})$/i;

export function createDoors(services: {
  readonly tenants: TenantsService;
  readonly trust: TrustService;
  readonly failures: FailureLimiter;
}): Doors {
  const { tenants, trust, failures } = services;

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

  async function activationOf(
    context: RequestContext,
    tenantId: string,
    trustSeqMin?: number,
  ): Promise<VerifiedActivation> {
    const token = BEARER.exec(context.request.header("authorization") ?? "")?.[1];
    const activation =
      token === undefined ? undefined : await trust.verifyActivationToken(tenantId, token, trustSeqMin);
    if (activation !== undefined) return activation;
    // Only failures count, and only they are refused: one misconfigured machine must not cost its office its seats.
    await failures.count(context.request.ip);
    throw notAuthenticated();
  }

  function proofOf(context: RequestContext, tenantId: string, { trustSeq }: VerifiedActivation): Proof {
    return {
      trustSeq,
      renew: async (seq) => proofOf(context, tenantId, await activationOf(context, tenantId, seq)),
    };
  }

  return {
    open: { caller: "public", enter: (context) => context },
    tenant: {
      caller: "public",
      enter: async (context) => ({ context, tenant: await tenantOf(context) }),
    },
    activation: {
      caller: "activation",
      async enter(context) {
        const tenant = await tenantOf(context);
        const activation = await activationOf(context, tenant.id);
        return { context, tenant, activation, proof: proofOf(context, tenant.id, activation) };
      },
    },
  };
}
