/** Why a chart has nothing to show; each has another remedy. */
export type Emptiness =
  /** The job has not computed anything for this vendor. */
  | { readonly reason: "not_rolled_up" }
  /** The period lies after all that has been computed. */
  | { readonly reason: "ahead"; readonly completeUntil: Date }
  /** There has never been any of this. */
  | { readonly reason: "never" }
  /** Not for this product or customer, but for others in the same period. */
  | { readonly reason: "filtered" }
  /** Not in this period; the latest was then. */
  | { readonly reason: "period"; readonly latest: Date };

export interface KnownOfEmptiness {
  readonly from: Date;
  readonly completeUntil: Date | undefined;
  /** When there last was any, of all products and customers. */
  readonly latest: Date | undefined;
  /** Whether there is any in the period, of all products and customers. */
  readonly inPeriod: boolean;
}

export function whyEmpty({ from, completeUntil, latest, inPeriod }: KnownOfEmptiness): Emptiness {
  if (completeUntil === undefined) return { reason: "not_rolled_up" };
  if (latest === undefined) return { reason: "never" };
  if (inPeriod) return { reason: "filtered" };
  if (from >= completeUntil) return { reason: "ahead", completeUntil };
  return { reason: "period", latest };
}
