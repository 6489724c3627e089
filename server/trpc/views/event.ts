import type { Audit } from "../../authority/audit-service.ts";
import type { Licenses } from "../../authority/license-service.ts";
import { CODES, type Code } from "../../domain/codes.ts";
import { ID_PREFIXES, type IdKind, publicId } from "../../domain/ids.ts";

type RuntimeEvent = Awaited<ReturnType<Licenses["get"]>>["events"][number];
type AuditEvent = Awaited<ReturnType<Audit["list"]>>["items"][number];

/** A runtime decision, with the sentence that belongs to its code. */
export function runtimeEvent(event: RuntimeEvent) {
  const { id, at, operation, outcome, code, rule, facts, licenseId, activationId, correlationId } = event;
  return {
    id: publicId("runtimeEvent", id),
    at,
    operation,
    outcome,
    code,
    sentence: code !== null && isCode(code) ? CODES[code].sentence : null,
    rule,
    facts,
    licenseId: licenseId === null ? null : publicId("license", licenseId),
    activationId: activationId === null ? null : publicId("activation", activationId),
    correlationId,
  };
}

/** A control-plane change: a person's, or asked for with an API key; where both are null, Signet itself made it. */
export function auditEvent(event: AuditEvent) {
  const { seq, at, action, subjectKind, subjectId, before, after, correlationId } = event;
  const { actorUserId, actorName, actorKey } = event;
  return {
    seq,
    at,
    actor: actorUserId === null ? null : { id: publicId("user", actorUserId), name: actorName },
    apiKey: actorKey && { id: publicId("apiKey", actorKey.id), name: actorKey.name },
    action,
    subjectKind,
    subjectId: isIdKind(subjectKind) ? publicId(subjectKind, subjectId) : subjectId,
    before,
    after,
    correlationId,
  };
}

function isCode(text: string): text is Code {
  return Object.hasOwn(CODES, text);
}

function isIdKind(text: string): text is IdKind {
  return Object.hasOwn(ID_PREFIXES, text);
}
