import type { TableSpec } from "../../../_components/table-url.ts";

/** What a customer's seats can be narrowed by, in the address; the search is a holder's name. */
export const OWN_SEATS = { filters: { licenseId: null }, limit: 10 } satisfies TableSpec;
