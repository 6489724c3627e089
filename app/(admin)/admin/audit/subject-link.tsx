"use client";

import { ID_PREFIXES } from "#server/domain/ids.ts";
import { TextLink } from "../../../_components/links.tsx";
import type { AuditRow } from "./row.ts";

/** Where the things of a kind are shown, by the prefix of their ids. What has no page of its own is not here. */
const PAGES = new Map<string, string>([
  [ID_PREFIXES.license, "/admin/licenses"],
  [ID_PREFIXES.licenseBatch, "/admin/licenses/batches"],
  [ID_PREFIXES.customer, "/admin/customers"],
  [ID_PREFIXES.policy, "/admin/policies"],
  [ID_PREFIXES.product, "/admin/products"],
]);

/** The page of the thing with this id; undefined when there is none, or the text is no id. */
export function pageOf(id: string): string | undefined {
  const page = PAGES.get(id.slice(0, id.indexOf("_")));
  return page === undefined || !/^[a-z]+_[0-9a-z]{26}$/.test(id) ? undefined : `${page}/${id}`;
}

/** An id as a link to what it names, by its end. */
export function IdLink({ id, label = shortId(id) }: { id: string; label?: string }) {
  const page = pageOf(id);
  return page === undefined ? (
    label
  ) : (
    <TextLink href={page} fz="inherit">
      {label}
    </TextLink>
  );
}

/** What was changed: by name if the entry tells it, else by the end of its id. */
export function SubjectLink({ event: { subjectId, before, after } }: { event: AuditRow }) {
  return <IdLink id={subjectId} label={nameIn(after) ?? nameIn(before) ?? shortId(subjectId)} />;
}

function nameIn(value: AuditRow["after"]): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const name: unknown = Reflect.get(value, "name") ?? Reflect.get(value, "email");
  return typeof name === "string" && name !== "" ? name : undefined;
}

function shortId(id: string): string {
  return `${id.slice(0, id.indexOf("_") + 1)}…${id.slice(-6)}`;
}
