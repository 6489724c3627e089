/** What has been started, to be ended in the opposite order. */
export class Shutdown {
  readonly #controller = new AbortController();
  readonly #actions: (() => Promise<void> | void)[] = [];

  /** Aborted once the end has begun: what is under way stops at the next step. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** `graceful` runs in turn at an orderly end; `atOnce`, which must not wait, when this process exits anyhow. */
  add(graceful: () => Promise<void> | void, atOnce?: () => void): void {
    this.#actions.push(graceful);
    if (atOnce !== undefined) process.on("exit", atOnce);
  }

  begin(): void {
    this.#controller.abort();
  }

  async finish(): Promise<void> {
    for (let action = this.#actions.pop(); action !== undefined; action = this.#actions.pop()) await action();
  }
}
