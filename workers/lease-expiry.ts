/** What the processor needs of the seats' service. */
export interface Leases {
  /** Announces every lease that time has ended, in bounded steps. */
  expire(): Promise<{ expired: number }>;
}

/** Announces what time has already decided: nothing waits for it, since a checkout takes such a seat by itself. */
export function leaseExpiry(leases: Leases) {
  return (): Promise<{ expired: number }> => leases.expire();
}
