/** What the processor needs of the credits' service. */
export interface Credits {
  /** Does what time has made due on every account, in bounded steps. */
  expireCredits(): Promise<{ renewed: number }>;
}

/** Does what time has already decided: nothing waits for it, since whoever uses an account sees to it by himself. */
export function creditExpiry(usage: Credits) {
  return (): Promise<{ renewed: number }> => usage.expireCredits();
}
