/** When a mail that could not be handed over is tried again. */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

/** The wait after each attempt that failed; the last is repeated. The first ones are short: somebody may be waiting for a link. */
const WAITS_MS = [10 * SECOND_MS, 30 * SECOND_MS, MINUTE_MS, 2 * MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS];
const LONGEST_MS = 60 * MINUTE_MS;

/** When to try again after so many attempts have failed; undefined: it would come too late to be of use. */
export function nextMailAttemptAt(failed: number, now: Date, expiresAt: Date): Date | undefined {
  const next = new Date(now.getTime() + (WAITS_MS[failed - 1] ?? LONGEST_MS));
  return next < expiresAt ? next : undefined;
}
