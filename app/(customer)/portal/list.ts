import { OWN_STATES } from "#server/domain/license-state.ts";
import type { TableSpec } from "../../_components/table-url.ts";

/** What a customer's licenses can be narrowed by, in the address. */
export const OWN_LICENSES = { filters: { state: OWN_STATES } } satisfies TableSpec;
