/** What the processor needs of retention. */
export interface Retention {
  /** Deletes what has been kept for its time, in bounded steps. */
  deleteExpired(): Promise<{ deleted: number }>;
}

export function retention(service: Retention) {
  return (): Promise<{ deleted: number }> => service.deleteExpired();
}
