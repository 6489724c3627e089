import { isSignetError } from "./errors.ts";
import type { Link } from "./link.ts";
import { elapsedMs, type Moment, momentOf } from "./moment.ts";
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

/** When an activation is refreshed next. */
interface Pace {
  since: Moment;
  /** From `since` on. */
  waitMs: number;
  failures: number;
}

/** Kept when it is ended: who begins again at once, as a page does that its user leaves and comes back to, asks for nothing anew. */
const paces = new WeakMap<Link, Pace>();

/** Refreshes an activation now and then; never throws. @returns ends that. */
export function keepFresh(link: Link): () => void {
  const { clock, debug } = link.configuration;
  const stop = new AbortController();
  let cancelTimer = () => {};
  const pace = paces.get(link) ?? { since: momentOf(clock), waitMs: firstMs(), failures: 0 };
  paces.set(link, pace);

  function firstMs(): number {
    return clock.now() - link.held.claims.iat * 1000 < FRESH_MS ? untilNextMs() : 0;
  }

  function untilNextMs(): number {
    const lifeMs = link.held.claims.exp * 1000 - clock.now();
    return Math.max(FRESH_MS, Math.min(lifeMs * REFRESHED_AT, REFRESH_MS_MAX)) * jitter();
  }

  async function look(): Promise<void> {
    if (leftMs() <= 0) await refresh();
    if (!stop.signal.aborted) schedule();
  }

  async function refresh(): Promise<void> {
    try {
      await link.refresh(stop.signal);
      pace.failures = 0;
      pace.waitMs = untilNextMs();
    } catch (error) {
      if (stop.signal.aborted) return;
      debug("not_refreshed", { error });
      pace.failures += 1;
      const askedMs = isSignetError(error) ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
      pace.waitMs = Math.max(askedMs, backoffMs(pace.failures, BACKOFF_MS, BACKOFF_MS_MAX));
    }
    pace.since = momentOf(clock);
  }

  function leftMs(): number {
    return pace.waitMs - elapsedMs(pace.since, clock);
  }

  function schedule(): void {
    cancelTimer = later(Math.min(leftMs(), LOOK_MS), () => void look());
  }

  schedule();
  return () => {
    cancelTimer();
    stop.abort();
  };
}
