/** One thing the library did or noticed, for a developer's log. It never holds a key or a token. */
export interface DebugEvent {
  /** What happened, e.g. `request`, `seat_renewed`, `usage_sent`. New ones may come with any version. */
  readonly event: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Facts by their name; an `error` is a {@link SignetError} wherever the library made it. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Reports to whoever listens; never throws. */
export type Debug = (event: string, facts?: Readonly<Record<string, unknown>>) => void;

export function debugTo(listener: ((event: DebugEvent) => unknown) | undefined, now: () => number): Debug {
  if (listener === undefined) return () => undefined;
  return (event, facts = {}) => {
    // A log that fails, at once or later, must not take down what it only describes.
    try {
      Promise.resolve(listener({ event, at: now(), facts })).catch(() => undefined);
    } catch {}
  };
}
