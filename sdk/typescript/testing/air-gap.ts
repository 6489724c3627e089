import type { PolicyRules } from "../../../server/domain/policy.ts";
import { createLicense } from "../../../server/testing/fixtures.ts";
import { memoryStorage, Signet, type SignetOptions, type StateStorage } from "../src/index.ts";
import type { RealServer } from "./real-server.ts";
import { TestTime } from "./timers.ts";

export const DAY_MS = 86_400_000;

/** Fails the test that uses a network where there is none. */
export const noNetwork = () => Promise.reject(new Error("This machine has no network."));

/** The machines of a customer behind an air gap, and the person who carries files to the server. */
export class AirGap {
  readonly server: RealServer;

  constructor(server: RealServer) {
    this.server = server;
  }

  license(rules: Partial<PolicyRules> = {}) {
    return createLicense(this.server.authority, this.server.tenant, {
      activationsMax: 1,
      offlineAllowed: true,
      offlineDaysMax: 365,
      trustMaxAgeDays: 90,
      ...rules,
    });
  }

  /** A machine of its own, whose clock is its own too. The same storage and name are the same machine started again. */
  machine(changes: Partial<SignetOptions> & { readonly name?: string; readonly time?: TestTime } = {}) {
    const { name: machine = crypto.randomUUID(), time = new TestTime(), ...options } = changes;
    const storage = changes.storage ?? memoryStorage();
    if (changes.time === undefined) time.begin(this.server.authority.clock.now().getTime());
    const { url, tenant, rootKey } = this.server;
    const signet = new Signet({
      server: url,
      tenant: tenant.slug,
      rootKey,
      product: tenant.product,
      fingerprint: async () => ({ machine }),
      fetch: noNetwork,
      clock: time,
      ...options,
      storage,
    });
    const restarted = (more: typeof changes = {}) =>
      this.machine({ ...options, storage, name: machine, time, ...more });
    return { signet, storage, time, name: machine, restarted };
  }

  /** Brings a file to the server. */
  carry(path: "activations" | "journals" | "deactivations", body: object) {
    return this.#post(path, body);
  }

  /** Types a code and what belongs to it. */
  carryCode(body: object) {
    return this.#post("codes", body);
  }

  /** Brings a request to the server, and back the response's text. */
  async answer(request: string): Promise<string> {
    const answer = await this.carry("activations", { request });
    if (typeof answer.response !== "string") throw new Error(`Refused: ${JSON.stringify(answer)}`);
    return answer.response;
  }

  async snapshot(): Promise<string> {
    const answer = await fetch(`${this.server.url}/v1/${this.server.tenant.slug}/offline/snapshot`);
    return answer.text();
  }

  async #post(path: string, body: object): Promise<Record<string, unknown>> {
    const answer = await fetch(`${this.server.url}/v1/${this.server.tenant.slug}/offline/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const said: Record<string, unknown> = await answer.json();
    return { status: answer.status, ...said };
  }
}

/** A copy of all that a machine has stored. */
export async function copyOf(storage: StateStorage): Promise<StateStorage> {
  const copy = memoryStorage();
  for (const name of await storage.list()) await copy.set(name, (await storage.get(name)) ?? "");
  return copy;
}
