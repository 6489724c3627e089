/** What the processor needs of the batches of licenses. */
export interface LicenseBatches {
  /** Finishes those that nobody goes on with, and says how many. */
  finishLeft(): Promise<{ finished: number }>;
}

export function licenseBatches(batches: LicenseBatches) {
  return (): Promise<{ finished: number }> => batches.finishLeft();
}
