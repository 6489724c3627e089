import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#server/trpc/router.ts";

type Outputs = inferRouterOutputs<AppRouter>["seat"];

/** A license's pool, and how much of it is held. */
export type SeatPool = Outputs["pools"]["items"][number];

/** A seat that somebody holds. */
export type Seat = Outputs["held"]["items"][number];

/** What a device calls itself, or that it does not. */
export function deviceName({ device }: Seat): string {
  return device?.name || "a device without a name";
}
