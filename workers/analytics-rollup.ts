/** What the processor needs of analytics. */
export interface Analytics {
  /** Computes the hours that are not final yet, in bounded steps. */
  rollUp(): Promise<{ hours: number }>;
}

export function analyticsRollup(analytics: Analytics) {
  return (): Promise<{ hours: number }> => analytics.rollUp();
}
