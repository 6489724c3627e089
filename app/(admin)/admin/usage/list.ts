import type { TableSpec } from "../../../_components/table-url.ts";

/** What the balances can be narrowed by, in their address. */
export const ACCOUNTS = {
  filters: { productId: null, customerId: null, licenseId: null, meter: null },
} satisfies TableSpec;
