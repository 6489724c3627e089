import type { inferRouterOutputs } from "@trpc/server";
import type { Permission } from "#server/auth/permissions.ts";
import type { AppRouter } from "#server/trpc/router.ts";
import type { Status } from "../../_components/status-badge.tsx";
import { NAV } from "../_shell/nav.ts";

type Found = inferRouterOutputs<AppRouter>["search"]["query"];

export const HIT_KINDS = [
  "page",
  "license",
  "customer",
  "device",
  "product",
  "policy",
  "apiKey",
  "person",
  "trace",
] as const;
export type HitKind = (typeof HIT_KINDS)[number];

/** One line of what was found, and where it leads. */
export interface Hit {
  /** Tells it from others; several may lead to one address. */
  readonly key: string;
  readonly kind: HitKind;
  readonly href: string;
  readonly label: string;
  readonly description: string;
  readonly status?: Status | undefined;
}

export const GROUP_TITLES: Readonly<Record<HitKind, string>> = {
  page: "Go to",
  license: "Licenses",
  customer: "Customers",
  device: "Devices",
  product: "Products",
  policy: "Policies",
  apiKey: "API keys",
  person: "Team",
  trace: "Trace",
};

const TRACES = {
  request: "One request's story",
  ticket: "A ticket's story",
  lease: "A seat's story",
} as const;

/** What the server found, as lines in the order of the groups. */
export function hitsOf(found: Found): Hit[] {
  const told = (...parts: readonly (string | null)[]) => parts.filter(Boolean).join(" · ");
  const archived = (is: boolean) => (is ? { status: "archived" as const } : {});
  return [
    ...found.traces.map(({ kind, id }) => ({
      key: id,
      kind: "trace" as const,
      href: `/admin/trace?q=${encodeURIComponent(id)}`,
      label: id,
      description: TRACES[kind],
    })),
    ...found.licenses.map(({ id, keyHint, status, customer, product, note }) => ({
      key: id,
      kind: "license" as const,
      href: `/admin/licenses/${id}`,
      label: keyHint,
      description: told(customer, product, note),
      status,
    })),
    ...found.customers.map(({ id, name, email, archived: is }) => ({
      key: id,
      kind: "customer" as const,
      href: `/admin/customers/${id}`,
      label: name,
      description: email ?? "",
      ...archived(is),
    })),
    ...found.devices.map(({ id, licenseId, name, platform, active, customer }) => ({
      key: id,
      kind: "device" as const,
      href: `/admin/licenses/${licenseId}#devices`,
      label: name === "" ? "Unnamed device" : name,
      description: told(platform, customer),
      status: active ? ("active" as const) : ("deactivated" as const),
    })),
    ...found.products.map(({ id, name, code, archived: is }) => ({
      key: id,
      kind: "product" as const,
      href: `/admin/products/${id}`,
      label: name,
      description: code,
      ...archived(is),
    })),
    ...found.policies.map(({ id, name, code, product, archived: is }) => ({
      key: id,
      kind: "policy" as const,
      href: `/admin/policies/${id}`,
      label: name,
      description: told(code, product),
      ...archived(is),
    })),
    ...found.apiKeys.map(({ id, name, hint, revoked }) => ({
      key: id,
      kind: "apiKey" as const,
      href: "/admin/api-keys",
      label: name,
      description: `…${hint}`,
      status: revoked ? ("revoked" as const) : ("active" as const),
    })),
    ...found.staff.map(({ id, name, email, role }) => ({
      key: id,
      kind: "person" as const,
      href: "/admin/team",
      label: name,
      description: told(email, role),
    })),
  ];
}

/** The screens whose name has a word that begins with the text, of those the person may open. */
export function pagesFor(text: string, permissions: readonly Permission[]): Hit[] {
  const wanted = text.trim().toLowerCase();
  return NAV.flatMap(({ items }) => items)
    .filter(({ permission }) => permissions.includes(permission))
    .filter(({ label }) =>
      label
        .toLowerCase()
        .split(" ")
        .some((word) => word.startsWith(wanted)),
    )
    .map(({ href, label }) => ({ key: href, kind: "page", href, label, description: "" }));
}
