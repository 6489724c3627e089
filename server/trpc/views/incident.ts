import type { Incidents } from "../../authority/incident-service.ts";
import { ID_PREFIXES, type IdKind, publicId } from "../../domain/ids.ts";
import { keyHint } from "./license.ts";

type Row = Awaited<ReturnType<Incidents["list"]>>["items"][number];

/** Two records of one truth that disagree; `resolvedAt` is null while they do. */
export function incident(row: Row) {
  const { kind, subjectKind, subjectId, expected, actual, firstSeenAt, lastSeenAt, resolvedAt } = row;
  const { acknowledgedAt, acknowledgedBy, acknowledgedNote, licenseId, customer, meter } = row;
  return {
    kind,
    subjectKind,
    subjectId: isIdKind(subjectKind) ? publicId(subjectKind, subjectId) : subjectId,
    expected,
    actual,
    firstSeenAt,
    lastSeenAt,
    resolvedAt,
    acknowledged: acknowledgedAt && { at: acknowledgedAt, by: acknowledgedBy, note: acknowledgedNote ?? "" },
    license:
      licenseId === null
        ? null
        : {
            id: publicId("license", licenseId),
            keyHint: keyHint(row.keyPrefix ?? "", row.keyHint ?? ""),
            customer: customer ?? "",
          },
    meter,
  };
}

function isIdKind(text: string): text is IdKind {
  return Object.hasOwn(ID_PREFIXES, text);
}
