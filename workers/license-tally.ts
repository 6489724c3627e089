/** What the processor needs of the overview. */
export interface Overview {
  /** Counts the licenses of the tenants that have many, and says of how many tenants. */
  tally(): Promise<{ tallied: number }>;
}

export function licenseTally(overview: Overview) {
  return (): Promise<{ tallied: number }> => overview.tally();
}
