import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#server/trpc/router.ts";

type Outputs = inferRouterOutputs<AppRouter>["seat"];

/** A license's pool, and how much of it is held. */
export type SeatPool = Outputs["pools"]["items"][number];

/** The same without whose it is, for those whose it is. */
export type PoolUse = Omit<SeatPool, "customer">;

/** A seat that somebody holds. */
export type Seat = Outputs["held"]["items"][number];

/** What a device calls itself, or that it does not. */
export function deviceName({ device }: Seat): string {
  return device?.name || "a device without a name";
}

/** How a seat is taken back; undefined for whoever may not. */
export interface Release {
  readonly run: (leaseId: string, reason: string) => Promise<{ released: boolean }>;
  /** Asks why, under this label. */
  readonly reason?: string;
  /** Why a borrowed seat cannot be taken back, where that is so. */
  readonly notBorrowed?: string;
}
