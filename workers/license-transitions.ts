/** What the processor needs of the licenses' service. */
export interface Licenses {
  /** Announces at most `limit` changes over all tenants, and says how many there were. */
  announceTransitions(options: { limit: number }): Promise<{ announced: number }>;
}

const LIMIT = 500;
const ROUNDS_MAX = 20;

/** Announces in bounded rounds until nothing is left; what a run leaves behind is the next one's. */
export function licenseTransitions(licenses: Licenses) {
  return async (): Promise<{ announced: number }> => {
    let announced = 0;
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const result = await licenses.announceTransitions({ limit: LIMIT });
      announced += result.announced;
      if (result.announced < LIMIT) break;
    }
    return { announced };
  };
}
