import type { TableSpec } from "../../../_components/table-url.ts";

/** What a customer's devices can be narrowed by, in the address. */
export const OWN_DEVICES = { filters: { licenseId: null } } satisfies TableSpec;
