import { LICENSE_STATUSES } from "#server/domain/license-state.ts";
import type { TableSpec } from "../../../_components/table-url.ts";

/** What the list of licenses can be narrowed by, in its address. */
export const LICENSES = {
  filters: { status: LICENSE_STATUSES, productId: null, policyId: null, customerId: null },
} satisfies TableSpec;

/** Within one customer's page. */
export const OWN_LICENSES = { filters: { status: LICENSE_STATUSES }, limit: 10 } satisfies TableSpec;

export const STATUS_OPTIONS = LICENSE_STATUSES.map((value) => ({
  value,
  label: value === "grace" ? "Grace period" : value.charAt(0).toUpperCase() + value.slice(1),
}));
