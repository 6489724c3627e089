import type { TableSpec } from "../../../_components/table-url.ts";

/** What the list of customers can be narrowed by, in its address; current ones unless told. */
export const CUSTOMERS = { filters: { state: ["archived"] as const } } satisfies TableSpec;
