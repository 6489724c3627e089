import { untilAborted } from "./until-aborted.ts";

/** One piece of work that several callers wait for: each may stop waiting, and once the last has, the work is stopped. */
export class SharedWork<Value> {
  /** Resolves once it is done, however it ended. */
  readonly over: Promise<void>;
  readonly #stop = new AbortController();
  readonly #work: Promise<Value>;
  #waiting = 0;
  #isDone = false;

  constructor(work: (signal: AbortSignal) => Promise<Value>) {
    this.#work = work(this.#stop.signal);
    const done = () => {
      this.#isDone = true;
    };
    this.over = this.#work.then(done, done);
  }

  /** Given up by all who waited, but not over yet: whoever comes now waits for that and begins anew. */
  get isStopping(): boolean {
    return this.#stop.signal.aborted && !this.#isDone;
  }

  async wait(signal: AbortSignal | undefined): Promise<Value> {
    this.#waiting += 1;
    try {
      return await untilAborted(this.#work, signal);
    } catch (error) {
      if (!signal?.aborted || this.#isDone || this.#waiting > 1) throw error;
      this.#stop.abort(signal.reason);
      // The last one is told what became of it.
      return await this.#work;
    } finally {
      this.#waiting -= 1;
    }
  }
}
