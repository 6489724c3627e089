import { hash } from "node:crypto";
import { fingerprintText } from "#sdk/fingerprint-digest.ts";
import type { ActivateRequest } from "#sdk/wire.ts";
import { newUuid } from "#server/platform/ids.ts";
import { thumbprint } from "#server/trust/keys.ts";
import type { ActivateItem } from "./activations-store.ts";
import type { Binding, Subject } from "./grant.ts";

/** What of a request its token says again. */
export function subjectOf(request: ActivateRequest & Binding): Subject {
  return {
    product: request.product,
    fingerprint: hash("sha256", fingerprintText(request.fingerprint), "base64url"),
    thumbprint: thumbprint(request.deviceKey.x),
    nonce: request.nonce,
    requestHash: request.requestHash,
    correlationId: request.correlationId,
  };
}

/** A request as activate_devices takes it; the key's hash is hex. */
export function activateItem(request: ActivateRequest, subject: Subject, keyHash: string): ActivateItem {
  return {
    key_hash: keyHash,
    product: request.product,
    id: newUuid(),
    event_id: newUuid(),
    fingerprint: subject.fingerprint,
    components: Object.entries(request.fingerprint).map(([name, digest]) => `${name}=${digest}`),
    thumbprint: subject.thumbprint,
    name: request.metadata?.name,
    platform: request.metadata?.platform,
    app_version: request.metadata?.appVersion,
    sdk_version: request.metadata?.sdkVersion,
    correlation_id: subject.correlationId,
  };
}
