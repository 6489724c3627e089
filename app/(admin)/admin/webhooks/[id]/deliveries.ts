import { EVENT_TYPES } from "#server/domain/event-catalogue.ts";
import type { TableSpec } from "../../../../_components/table-url.ts";

/** What an endpoint's deliveries can be narrowed by, in the address. */
export const DELIVERIES = {
  filters: { status: ["pending", "delivered", "failed"], type: EVENT_TYPES },
  limit: 25,
} as const satisfies TableSpec;

export const STATUS_OPTIONS = [
  { value: "pending", label: "On their way" },
  { value: "delivered", label: "Delivered" },
  { value: "failed", label: "Given up" },
];
