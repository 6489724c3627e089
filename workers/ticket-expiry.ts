/** What the processor needs of the credits' service. */
export interface Tickets {
  /** Ends every ticket whose time is over, in bounded steps. */
  expireTickets(): Promise<{ expired: number }>;
}

/** Gives back what was reserved and never ended; until it does, nobody else can have those credits. */
export function ticketExpiry(usage: Tickets) {
  return (): Promise<{ expired: number }> => usage.expireTickets();
}
