const UNIQUE_VIOLATION = "23505";
/** Decisions lost to another server in a row before giving up; the winner's commit makes the next one see its id. */
const ATTEMPTS_MAX = 5;

/**
 * Decides anew when another server took one of the ids between our look and our write: nothing of the decision has taken effect,
 * and now the id is known.
 */
export async function decideAgain<Result>(decide: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await decide();
    } catch (error) {
      const isRaceLost = error instanceof Error && "code" in error && error.code === UNIQUE_VIOLATION;
      if (!isRaceLost || attempt === ATTEMPTS_MAX) throw error;
    }
  }
}
