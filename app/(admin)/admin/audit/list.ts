import type { TableSpec } from "../../../_components/table-url.ts";

const SUBJECTS = [
  "license",
  "customer",
  "policy",
  "product",
  "feature",
  "meter",
  "member",
  "invitation",
  "tenant",
];

/** What the audit log can be narrowed by, in its address; the search is a correlation id. */
export const AUDIT = {
  filters: { action: SUBJECTS, userId: null },
  limit: 50,
} satisfies TableSpec;

export const SUBJECT_OPTIONS = [
  { value: "license", label: "Licenses" },
  { value: "customer", label: "Customers" },
  { value: "policy", label: "Policies" },
  { value: "product", label: "Products" },
  { value: "feature", label: "Features" },
  { value: "meter", label: "Meters" },
  { value: "member", label: "Team members" },
  { value: "invitation", label: "Invitations" },
  { value: "tenant", label: "The account" },
];

interface Narrowed {
  readonly action?: string;
  readonly userId?: string;
  readonly limit: number;
  readonly search?: string;
  readonly cursor?: string;
}

/** The list's address → what the procedure is asked for. An action is asked for up to its dot. */
export function auditInput({ action, search, ...rest }: Narrowed) {
  return {
    ...rest,
    ...(action === undefined ? {} : { action: `${action}.` }),
    ...(search === undefined ? {} : { correlationId: search }),
  };
}
