import { Activation } from "./activation.ts";
import { guarded, invalidArgument } from "./errors.ts";
import { configurationOf, type Platform, type SignetOptions } from "./options.ts";
import { Session } from "./session.ts";
import { SignetOffline } from "./signet-offline.ts";

/** The SDK, wherever it runs; `index.ts` and `node.ts` give it the place's defaults. */
export class SignetClient {
  readonly #session: Session;
  /** For machines without a network: requests, responses and security snapshots as files. */
  readonly offline: SignetOffline;

  constructor(options: SignetOptions, platform: Platform) {
    this.#session = new Session(configurationOf(options, platform));
    this.offline = new SignetOffline(this.#session);
  }

  /**
   * Activates this device online. Doing it again returns the same activation with a fresh token, and takes no second slot.
   *
   * @param licenseKey as the user typed it: case, spaces and dashes do not matter; a mistyped one is noticed before any request.
   * @throws SignetError e.g. `license_key_mistyped`, `license_not_found`, `license_suspended`, `activation_limit_reached`,
   * `network_error`; show its `message`, act on it only when it is `signed`.
   *
   * @example
   * const activation = await signet.activate("RENDER-7K2QF-…");
   * if (activation.has("export-4k")) enableExport();
   */
  activate(licenseKey: string, { signal }: { readonly signal?: AbortSignal } = {}): Promise<Activation> {
    return guarded(async () => {
      // An environment variable that is not set is the commonest of first mistakes.
      if (typeof licenseKey !== "string")
        throw invalidArgument("`activate` must be given a license key, as text.");
      return new Activation(this.#session, await this.#session.activate(licenseKey, signal));
    });
  }

  /**
   * The activation stored on this device, verified without the network: the trust bundle against the root key, the token against
   * the bundle, its time, its revocation, and that it is this device's.
   *
   * Where the last refresh was refused because the license was suspended or had expired, or the vendor's account was suspended, that may
   * have ended since: the server is asked once, for at most three seconds. Without a network the refusal stands.
   *
   * @throws SignetError `not_activated`; `token_invalid` or `trust_invalid` with the `reason`; `clock_turned_back`; or the signed
   * refusal of the last refresh.
   */
  current(): Promise<Activation> {
    return guarded(async () => new Activation(this.#session, await this.#session.current()));
  }
}
