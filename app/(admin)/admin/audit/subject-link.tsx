"use client";

import { TextLink } from "../../../_components/links.tsx";
import type { AuditRow } from "./audit-change.tsx";

/** Where a thing of a kind is shown; `feature` and `meter` are on their product's page, which an entry does not name. */
const PAGES: Readonly<Record<string, string>> = {
  license: "/admin/licenses",
  customer: "/admin/customers",
  policy: "/admin/policies",
  product: "/admin/products",
};

/** What was changed, as a link where it has a page: by name if the entry tells it, else by the end of its id. */
export function SubjectLink({ event: { subjectKind, subjectId, before, after } }: { event: AuditRow }) {
  const page = PAGES[subjectKind];
  const label = nameIn(after) ?? nameIn(before) ?? shortId(subjectId);
  if (page === undefined) return label;
  return (
    <TextLink href={`${page}/${subjectId}`} fz="xs">
      {label}
    </TextLink>
  );
}

function nameIn(value: AuditRow["after"]): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const name: unknown = Reflect.get(value, "name") ?? Reflect.get(value, "email");
  return typeof name === "string" && name !== "" ? name : undefined;
}

function shortId(id: string): string {
  return `${id.slice(0, id.indexOf("_") + 1)}…${id.slice(-6)}`;
}
