import type { Denied } from "#server/domain/decision.ts";
import { invalidField } from "#server/domain/errors.ts";
import { publicId } from "#server/domain/ids.ts";
import type { ActivationScope, BackendScope } from "../doors.ts";
import type { Refusal } from "../operation.ts";
import type { UsageCaller } from "../services.ts";

export type CreditScope = ActivationScope | BackendScope;

/**
 * Whose credits: the license of the verified activation token, so that a device cannot charge another's account, or the one
 * that a backend names at `pointer`.
 */
export function callerOf(scope: CreditScope, named: string | undefined, pointer = "/license"): UsageCaller {
  const { activation, context, proof } = scope;
  const binding = {
    ...(proof === undefined ? {} : { proof }),
    requestHash: context.requestHash(),
    correlationId: context.correlationId,
  };
  if (activation !== undefined) {
    if (named !== undefined)
      throw invalidField(pointer, "Leave out the license: the activation token already says which it is.");
    return { ...binding, licenseId: activation.licenseId, activationId: activation.activationId };
  }
  if (named === undefined)
    throw invalidField(pointer, "Name the license that this is for: license is required.");
  return { ...binding, licenseId: named, credential: scope.credential };
}

/** A refusal about the device, or a backend's license, or the ticket that the address names: the body does not say which it is. */
export function creditRefusal(
  { tenant, activation }: CreditScope,
  { code }: Denied,
  { licenseId }: UsageCaller,
  ticketId?: string,
): Refusal {
  const bearer =
    activation === undefined
      ? { subject: publicId("license", licenseId), audience: publicId("tenant", tenant.id) }
      : { subject: publicId("activation", activation.activationId), audience: activation.product };
  return {
    refused: code,
    tenantId: tenant.id,
    ...bearer,
    ...(ticketId === undefined ? {} : { subject: ticketId }),
  };
}

/** How an answer says that it was given before. */
export function replayedHeader({ replayed }: { readonly replayed: boolean }) {
  return replayed ? { "idempotent-replayed": "true" } : undefined;
}
