/** When a webhook is sent again. */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** The wait after each attempt that failed: over three days in all. */
const WAITS_MS = [
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
] as const;

export const ATTEMPTS_MAX = WAITS_MS.length + 1;
/** A receiver may ask for a longer wait, but not for one that loses the event. */
const RETRY_AFTER_MAX_MS = 24 * HOUR_MS;
/** Of the wait, by which those that failed together come apart. */
const JITTER = 0.1;
/** An endpoint that takes nothing for so long is disabled. */
export const FAILING_DAYS_MAX = 5;
const FAILING_MAX_MS = FAILING_DAYS_MAX * 24 * HOUR_MS;

/**
 * When to try again after so many attempts have failed; undefined: no more. `spread`, from 0 to 1, moves it by up to a tenth
 * later, never earlier; `retryAfterMs` is what the receiver asked for.
 */
export function nextAttemptAt(
  failed: number,
  now: Date,
  spread: number,
  retryAfterMs: number | undefined,
): Date | undefined {
  const wait = WAITS_MS[failed - 1];
  if (wait === undefined) return undefined;
  const asked = Math.min(retryAfterMs ?? 0, RETRY_AFTER_MAX_MS);
  return new Date(now.getTime() + Math.max(Math.round(wait * (1 + JITTER * spread)), asked));
}

/** A `Retry-After` in milliseconds from now: seconds or a date; undefined when it is neither. */
export function retryAfterMs(header: string | undefined, now: Date): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * SECOND_MS;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(at - now.getTime(), 0);
}

/** Whether an endpoint has failed for so long that it is disabled. */
export function hasFailedTooLong(failingSince: Date | null, now: Date): boolean {
  return failingSince !== null && now.getTime() - failingSince.getTime() >= FAILING_MAX_MS;
}
