/** What the processor needs of the trust service. */
export interface Trust {
  /** Signs anew every bundle past half its life and says how many there were. */
  refreshExpiring(): Promise<{ refreshed: number }>;
}

export function trustRefresh(trust: Trust) {
  return (): Promise<{ refreshed: number }> => trust.refreshExpiring();
}
