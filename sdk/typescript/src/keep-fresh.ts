import { isSignetError } from "./errors.ts";
import type { Link } from "./link.ts";
import { elapsedMs, momentOf } from "./moment.ts";
import { backoffMs, jitter, later } from "./timer.ts";

const REFRESH_MS_MAX = 86_400_000;
/** A token is refreshed once this little of its life is left, if a day is longer. */
const REFRESHED_AT = 0.5;
/** One that was signed just now is fresh enough. */
const FRESH_MS = 60_000;
const BACKOFF_MS = 60_000;
const BACKOFF_MS_MAX = 3_600_000;
/** The clocks are looked at this often: a machine that slept shall not wait for another day. */
const LOOK_MS = 60_000;

/** Refreshes an activation now and then; never throws. @returns ends that. */
export function keepFresh(link: Link): () => void {
  const { clock, debug } = link.configuration;
  const stop = new AbortController();
  let cancelTimer = () => {};
  let since = momentOf(clock);
  let waitMs = clock.now() - link.held.claims.iat * 1000 < FRESH_MS ? untilNextMs() : 0;
  let failures = 0;

  function untilNextMs(): number {
    const lifeMs = link.held.claims.exp * 1000 - clock.now();
    return Math.max(FRESH_MS, Math.min(lifeMs * REFRESHED_AT, REFRESH_MS_MAX)) * jitter();
  }

  async function look(): Promise<void> {
    if (elapsedMs(since, clock) >= waitMs) {
      waitMs = await refreshed();
      since = momentOf(clock);
    }
    if (!stop.signal.aborted) schedule();
  }

  /** @returns milliseconds until the next one. */
  async function refreshed(): Promise<number> {
    try {
      await link.refresh(stop.signal);
      failures = 0;
      return untilNextMs();
    } catch (error) {
      if (!stop.signal.aborted) debug("not_refreshed", { error });
      failures += 1;
      const askedMs = isSignetError(error) ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
      return Math.max(askedMs, backoffMs(failures, BACKOFF_MS, BACKOFF_MS_MAX));
    }
  }

  function schedule(): void {
    cancelTimer = later(Math.min(waitMs - elapsedMs(since, clock), LOOK_MS), () => void look());
  }

  schedule();
  return () => {
    cancelTimer();
    stop.abort();
  };
}
