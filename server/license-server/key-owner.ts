import { IDEMPOTENCY_KEY_LENGTH_MAX, parseIdempotencyKey } from "#server/domain/idempotency-key.ts";
import type { ActivationScope, TenantScope } from "./doors.ts";
import type { KeyOwner } from "./operation.ts";
import { HttpRefusal } from "./refusal.ts";

/** The device that has proved itself. */
export function keyOfDevice({ tenant, activation }: ActivationScope): KeyOwner {
  return { tenantId: tenant.id, caller: activation.activationId };
}

/** Whoever knows the whole request. */
export function keyOfAnybody({ tenant }: TenantScope): KeyOwner {
  return { tenantId: tenant.id };
}

/** The key a header holds; a malformed one is refused, because ignoring it would break what the client counts on. */
export function idempotencyKeyOf(header: string): string {
  const key = parseIdempotencyKey(header);
  if (key !== undefined) return key;
  throw new HttpRefusal(
    "invalid_request",
    `The Idempotency-Key header must hold 1 to ${IDEMPOTENCY_KEY_LENGTH_MAX} visible ASCII characters, bare or in double quotes.`,
  );
}
