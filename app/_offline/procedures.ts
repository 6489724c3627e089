import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#server/trpc/router.ts";
import type { useTRPC } from "../_trpc/client.tsx";

/** The procedures behind a desk: the customer's own, or the vendor's, which are the same in form. */
export type OfflineProcedures = ReturnType<typeof useTRPC>["portal"]["offline"];

type Outputs = inferRouterOutputs<AppRouter>["portal"]["offline"];
export type Seen = Outputs["look"];
export type SeenAs<Kind extends Seen["kind"]> = Extract<Seen, { kind: Kind }>;
/** What a machine asks for, in a file or by a code. */
export type Asked = Extract<Seen, { kind: "request" | "code" }>;
export type Taken = Outputs["take"];
export type TakenAs<Kind extends Taken["kind"]> = Extract<Taken, { kind: Kind }>;
export type Exchange = Outputs["exchanges"]["items"][number];

/** Who stands at the desk, and where their licenses are. */
export interface Desk {
  readonly procedures: OfflineProcedures;
  readonly audience: "customer" | "staff";
  readonly vendorName: string;
  /** The license whose page this is: what a typed code is for. */
  readonly licenseId?: string;
}

/** Where a license can be looked at. */
export function licensePath({ audience }: Pick<Desk, "audience">, id: string): string {
  return `${audience === "customer" ? "/portal" : "/admin"}/licenses/${id}`;
}
