/** A search that comes so far has too little to go by. */
const STATES_MAX = 100_000;

/** What one client asked, from its call to its answer. */
export interface Operation<Asked, Answer> {
  readonly asked: Asked;
  /** Undefined: nobody knows. It took effect at some time after its call, or never. */
  readonly answer: Answer | undefined;
  /** On one clock of the whole history, which gives every event a number of its own. */
  readonly calledAt: number;
  readonly returnedAt: number;
}

/** What should happen, one operation after the other. */
export interface Model<State, Asked, Answer> {
  /**
   * The states that an operation with this answer leads to: none where it cannot be answered so, and the very same object
   * where nothing changes. With an unknown answer: every state that it may lead to.
   */
  next(state: State, asked: Asked, answer: Answer | undefined): readonly State[];
  /** The same text for states that cannot be told apart. */
  key(state: State): string;
}

export type Verdict<State, Asked, Answer> =
  | { readonly ok: true; readonly state: State }
  | {
      readonly ok: false;
      /** The farthest that any order came, and what could not be next there. */
      readonly state: State;
      readonly stuck: readonly Operation<Asked, Answer>[];
    };

/**
 * Looks for one order of the operations that explains every answer and in which nothing comes before what had already been
 * answered when it was asked: Wing and Gong's search, with Lowe's memory of what was tried. What changes nothing is put as
 * early as it fits, which loses no order. `isPossible` refuses states on the way that contradict what was written, and
 * `accepts` ends that contradict what was seen.
 */
export function linearize<State, Asked, Answer>(
  operations: readonly Operation<Asked, Answer>[],
  model: Model<State, Asked, Answer>,
  initial: State,
  accepts: (state: State) => boolean = () => true,
  isPossible: (state: State) => boolean = () => true,
): Verdict<State, Asked, Answer> {
  const byCall = operations.toSorted((a, b) => a.calledAt - b.calledAt);
  const tried = new Set<string>();
  let farthest = { count: -1, state: initial, done: new Set<number>() };

  /** Those that may be next: called before any other that is left had been answered. */
  function candidates(done: ReadonlySet<number>): number[] {
    let firstReturn = Number.POSITIVE_INFINITY;
    const found: number[] = [];
    for (const [index, operation] of byCall.entries()) {
      if (operation.calledAt > firstReturn) break;
      if (done.has(index)) continue;
      found.push(index);
      if (operation.answer !== undefined) firstReturn = Math.min(firstReturn, operation.returnedAt);
    }
    return found.filter((index) => (byCall[index]?.calledAt ?? 0) <= firstReturn);
  }

  function after(state: State, index: number): readonly State[] {
    const operation = byCall[index];
    if (operation === undefined) return [];
    const states = model.next(state, operation.asked, operation.answer);
    return states.filter((each) => each === state || isPossible(each));
  }

  const isKnown = (index: number) => byCall[index]?.answer !== undefined;
  const knownCount = byCall.filter((operation) => operation.answer !== undefined).length;

  function search(before: ReadonlySet<number>, state: State): State | undefined {
    const done = new Set(before);
    let next = candidates(done);
    for (;;) {
      const still = next.find((index) => isKnown(index) && after(state, index)[0] === state);
      if (still === undefined) break;
      done.add(still);
      next = candidates(done);
    }
    const known = [...done].filter(isKnown).length;
    if (known > farthest.count) farthest = { count: known, state, done };
    if (known === knownCount && accepts(state)) return state;
    const key = `${byCall.map((_, index) => (done.has(index) ? 1 : 0)).join("")} ${model.key(state)}`;
    if (tried.has(key)) return undefined;
    tried.add(key);
    if (tried.size > STATES_MAX)
      throw new Error(`After ${STATES_MAX} states no order was found, and not all were tried.`);
    for (const index of next) {
      for (const each of after(state, index)) {
        // Nobody can tell whether what changes nothing was done.
        if (each === state) continue;
        const found = search(new Set(done).add(index), each);
        if (found !== undefined) return found;
      }
    }
    return undefined;
  }

  const state = search(new Set(), initial);
  if (state !== undefined) return { ok: true, state };
  const stuck = candidates(farthest.done).flatMap((index) => byCall[index] ?? []);
  return { ok: false, state: farthest.state, stuck };
}
