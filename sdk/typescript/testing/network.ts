import type { Fetch } from "../src/http.ts";

export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

/** What a test does to a request: answers it itself, throws, or passes it on. */
export type Interference = (sent: Sent, forward: () => Promise<Response>) => Promise<Response>;

/** The wire between the library and the server, at whose mercy a test puts it. */
export class TestNetwork {
  readonly sent: Sent[] = [];
  interfere: Interference = (_sent, forward) => forward();
  #inFlight = 0;

  fetch: Fetch = async (input, init = {}) => {
    const bytes = init.body instanceof Uint8Array ? init.body : new Uint8Array();
    const sent = {
      method: init.method ?? "GET",
      path: new URL(String(input)).pathname,
      body: new TextDecoder().decode(bytes),
    };
    this.sent.push(sent);
    this.#inFlight += 1;
    try {
      const gaveUp = new Promise<never>((_resolve, reject) => {
        init.signal?.addEventListener("abort", () => reject(init.signal?.reason), { once: true });
      });
      return await Promise.race([this.interfere(sent, () => globalThis.fetch(input, init)), gaveUp]);
    } finally {
      this.#inFlight -= 1;
    }
  };

  sentTo(path: RegExp): Sent[] {
    return this.sent.filter((sent) => path.test(sent.path));
  }

  /** Resolves once nothing is under way and nothing follows from what was. */
  async quiet(): Promise<void> {
    for (let quiet = 0; quiet < 6; quiet = this.#inFlight === 0 ? quiet + 1 : 0) {
      await new Promise((resolve) => setTimeout(resolve, 2));
      // A busy machine lets the threads that sign for the library wait longer than this one: so they have had their turn too.
      await crypto.subtle.digest("SHA-256", new Uint8Array(1));
    }
  }
}

export const through: Interference = (_sent, forward) => forward();
/** Waits for the caller to give up, as for a server that never answers. */
export const stalled: Interference = () => new Promise(() => undefined);
export const unreachable: Interference = () => Promise.reject(new TypeError("fetch failed"));
