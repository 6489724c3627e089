/** For the vendor's own servers: `import { meter, SignetBackend } from "@signet/sdk/backend"`. */
import { Api } from "./api.ts";
import { BackendLine } from "./backend-line.ts";
import type { Balance } from "./balances.ts";
import { ServerTime } from "./clock.ts";
import { Credits } from "./credits.ts";
import { configurationInvalid, guarded, invalidArgument } from "./errors.ts";
import { installFingerprint } from "./fingerprint.ts";
import { createHttp } from "./http.ts";
import { configurationOf, type Platform, type SignetOptions } from "./options.ts";
import { isText } from "./shapes.ts";
import { memoryStorage } from "./storage.ts";
import type { Ticket } from "./ticket.ts";
import type { TicketOptions } from "./tickets.ts";
import { Trust } from "./trust.ts";
import type { Usage } from "./usage.ts";

export type { Balance } from "./balances.ts";
export { isSignetError, SignetError } from "./errors.ts";
export { chargeStatus, type MeterOptions, meter } from "./meter.ts";
export { memoryStorage, type StateStorage } from "./storage.ts";
export type { Ticket } from "./ticket.ts";
export type { TicketOptions } from "./tickets.ts";
export type { Usage } from "./usage.ts";

export interface SignetBackendOptions
  extends Pick<
    SignetOptions,
    "server" | "tenant" | "rootKey" | "product" | "fetch" | "clock" | "timeoutMs" | "retriesMax" | "debug"
  > {
  /** `sk_…`, with the scopes `tickets:write`, `usage:write` and `balances:read` as far as they are used. */
  readonly apiKey: string;
  /**
   * Where usage waits, and tickets in use are noted. In memory unless given: what a killed process had not sent is then lost, and a
   * ticket it held is given back by its time. Pass `fileStorage(directory)` to keep both.
   */
  readonly storage?: SignetOptions["storage"];
}

const backendPlatform: Platform = {
  storage: memoryStorage,
  fingerprint: installFingerprint,
  device: () => ({}),
};

/**
 * The vendor's own server, charging credits for the licenses of its customers with an API key.
 *
 * @throws SignetError `configuration_invalid`, whose `message` names the option that is wrong.
 *
 * @example
 * const backend = new SignetBackend({ server, tenant: "acme", rootKey, product: "renderer", apiKey });
 * const ticket = await backend.license("lic_…").ticket("api-calls", 1);
 */
export class SignetBackend {
  readonly #line: (license: string) => BackendLine;
  readonly #licenses = new Map<string, LicenseCredits>();

  constructor(options: SignetBackendOptions) {
    const { apiKey, ...rest } = options;
    if (!isText(apiKey)) throw configurationInvalid("The option `apiKey` must be an API key, `sk_…`.");
    const configuration = configurationOf(rest, backendPlatform);
    const { server, tenant, rootKey, storage, clock, debug } = configuration;
    const baseUrl = `${server}/v1/${encodeURIComponent(tenant)}`;
    const http = createHttp(configuration);
    const time = new ServerTime(clock, storage);
    const trust = new Trust({
      url: `${baseUrl}/trust`,
      tenant,
      rootKey,
      http,
      storage,
      time,
      shipped: undefined,
      debug,
    });
    const api = new Api({ baseUrl, product: undefined, http, trust, storage, clock });
    this.#line = (license) => new BackendLine({ configuration, api, trust, apiKey }, license);
  }

  /**
   * The credits of one license: the same object each time.
   *
   * @param id `lic_…`
   * @throws SignetError `invalid_request` when it is none.
   */
  license(id: string): LicenseCredits {
    if (!isText(id) || !id.startsWith("lic_")) throw invalidArgument("A license's id begins with `lic_`.");
    const known = this.#licenses.get(id) ?? new LicenseCredits(this.#line(id));
    this.#licenses.set(id, known);
    return known;
  }
}

/** The credits of one license, as the vendor's backend uses them. */
export class LicenseCredits {
  readonly #credits: Credits;

  /** Made by `backend.license()`. */
  constructor(line: BackendLine) {
    this.#credits = new Credits(line);
  }

  /**
   * Reserves credits, to be spent here and settled: what is not spent goes back.
   *
   * @param amount whole number from 1 on, in the meter's unit.
   * @throws SignetError e.g. `insufficient_credits`, `meter_not_entitled`, `license_suspended`, `license_not_found`, `unauthorized`,
   * `forbidden`, `network_error`.
   */
  ticket(meter: string, amount: number, options: TicketOptions = {}): Promise<Ticket> {
    return guarded(() => this.#credits.ticket(meter, amount, options));
  }

  /** What was used and is charged as it comes; see {@link SignetBackendOptions.storage}. */
  get usage(): Usage {
    return this.#credits.usage;
  }

  /** What is left of each meter. It is not signed: show it. */
  balances({ signal }: { readonly signal?: AbortSignal } = {}): Promise<readonly Balance[]> {
    return guarded(() => this.#credits.balances(signal));
  }
}
