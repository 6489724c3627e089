import type { Denied } from "#server/domain/decision.ts";
import { publicId } from "#server/domain/ids.ts";
import type { ActivationScope } from "../doors.ts";
import type { Refusal } from "../operation.ts";
import type { UsageCaller } from "../services.ts";

/** The device and its license as the verified token names them: a body cannot charge another's account. */
export function callerOf({ activation, context, proof }: ActivationScope): UsageCaller {
  return {
    proof,
    licenseId: activation.licenseId,
    activationId: activation.activationId,
    requestHash: context.requestHash(),
    correlationId: context.correlationId,
  };
}

/** A refusal about the device or, where its address names one, the ticket: what is sent there does not say which it is. */
export function creditRefusal(
  { tenant, activation }: ActivationScope,
  { code }: Denied,
  ticketId?: string,
): Refusal {
  return {
    refused: code,
    tenantId: tenant.id,
    subject: ticketId ?? publicId("activation", activation.activationId),
    audience: activation.product,
  };
}

/** How an answer says that it was given before. */
export function replayedHeader({ replayed }: { readonly replayed: boolean }) {
  return replayed ? { "idempotent-replayed": "true" } : undefined;
}
