import type { TableSpec } from "../../../_components/table-url.ts";

/** What the live seats can be narrowed by, in their address; the search is a holder's name. */
export const SEATS = {
  filters: { productId: null, customerId: null },
  limit: 10,
} satisfies TableSpec;

/** Of one license, which the address names beside. */
export const SEATS_OF_ONE = { filters: {}, limit: 50 } satisfies TableSpec;
