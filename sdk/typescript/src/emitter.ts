import type { Debug } from "./debug.ts";

type Listener<Payload> = (payload: Payload) => unknown;

/** Tells listeners what happened. A listener that throws or rejects harms neither its caller nor the other listeners. */
export class Emitter<Events> {
  readonly #listeners: { [Name in keyof Events]?: Set<Listener<Events[Name]>> } = {};
  readonly #debug: Debug;
  #concluded: { readonly [Name in keyof Events]?: Events[Name] } = {};

  constructor(debug: Debug) {
    this.#debug = debug;
  }

  /** @returns takes the listener away again. */
  on<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): () => void {
    const concluded = this.#concluded[name];
    if (concluded !== undefined) {
      queueMicrotask(() => this.#tell(listener, concluded));
      return () => undefined;
    }
    const listeners: Set<Listener<Events[Name]>> = this.#listeners[name] ?? new Set();
    this.#listeners[name] = listeners;
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }

  emit<Name extends keyof Events>(name: Name, payload: Events[Name]): void {
    for (const listener of [...(this.#listeners[name] ?? [])]) this.#tell(listener, payload);
  }

  /** The last thing that ever happens: it is also told to whoever listens only afterwards. */
  conclude<Name extends keyof Events>(name: Name, payload: Events[Name]): void {
    this.emit(name, payload);
    this.clear();
    this.#concluded = { ...this.#concluded, [name]: payload };
  }

  clear(): void {
    for (const name in this.#listeners) delete this.#listeners[name];
  }

  #tell<Payload>(listener: Listener<Payload>, payload: Payload): void {
    const failed = (error: unknown) => this.#debug("listener_failed", { error });
    try {
      Promise.resolve(listener(payload)).catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}
