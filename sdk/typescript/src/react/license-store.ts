import type { Activation } from "../activation.ts";
import type { SignetClient } from "../client.ts";
import { guarded, isSignetError, SignetError, type SignetFailure } from "../errors.ts";

/** A `Signet`. */
export type LicenseSource = Pick<SignetClient, "activate" | "current">;

/** What is granted at this moment; nothing while the license is loading or does not hold. */
export interface LicenseGrants {
  /** Whether a feature may be used now: a flag that is on, a limit above 0, or a value that is not empty. */
  has(code: string): boolean;
  /** A feature's limit; undefined when it is not granted now, or is no limit. */
  limit(code: string): number | undefined;
  /** A feature's text; undefined when it is not granted now, or is no text. */
  value(code: string): string | undefined;
}

/** What a person can ask for. None of it rejects: what it failed by is `error` then, until the next succeeds. */
export interface LicenseActions {
  /**
   * Activates this device.
   *
   * @param by a license key as the person typed it, or another way to an activation, e.g.
   * `() => signet.offline.importResponse(text)`.
   */
  readonly activate: (by: string | (() => Promise<Activation>)) => Promise<void>;
  /** Gets a fresh token now; it is done in the background as well. Where there is no activation, looks for a stored one again. */
  readonly refresh: () => Promise<void>;
  /** Gives the device's slot back. */
  readonly deactivate: () => Promise<void>;
  /** Whether one of these is under way. */
  readonly isPending: boolean;
  /** What the last of these failed by; its `message` is for the person who asked. */
  readonly error: SignetFailure | undefined;
}

/** What is stored on this device is being read and verified. */
export interface LicenseLoading {
  readonly status: "loading";
  readonly activation: undefined;
  readonly reason: undefined;
}

/** The product may be used. */
export interface Licensed {
  readonly status: "licensed";
  readonly activation: Activation;
  readonly reason: undefined;
}

/** The product may be used although the license has expired: show the `reason`. */
export interface LicenseInGrace {
  readonly status: "grace";
  readonly activation: Activation;
  /** A sentence for the person at the screen, which says until when. */
  readonly reason: string;
}

/** The product may not be used. */
export interface Unlicensed {
  readonly status: "unlicensed";
  /** One that has run out or was refused: `refresh` may bring it back. Undefined where there is none. */
  readonly activation: Activation | undefined;
  /** A sentence for the person at the screen: why, and what to do. */
  readonly reason: string;
}

/** What {@link useLicense} returns, told apart by `status`. */
export type License = (LicenseLoading | Licensed | LicenseInGrace | Unlicensed) &
  LicenseGrants &
  LicenseActions;

const stores = new WeakMap<LicenseSource, LicenseStore>();

/** The one of this `Signet`; making it asks for nothing yet. */
export function licenseStoreOf(signet: LicenseSource): LicenseStore {
  const known = stores.get(signet);
  if (known !== undefined) return known;
  const store = new LicenseStore(signet);
  stores.set(signet, store);
  return store;
}

/** What all components see of one license, and who watches it while any of them does. */
class LicenseStore {
  readonly #signet: LicenseSource;
  readonly #listeners = new Set<() => void>();
  readonly #loading: LicenseLoading & LicenseGrants & LicenseActions;
  #state: License;
  /** Why there is no activation. */
  #absence: SignetError | undefined;
  #activation: Activation | undefined;
  #isLoading = false;
  #pending = 0;
  #error: SignetFailure | undefined;
  #stopWatching = () => {};

  constructor(signet: LicenseSource) {
    this.#signet = signet;
    this.#loading = {
      status: "loading",
      activation: undefined,
      reason: undefined,
      ...this.#grants(),
      ...this.#actions(),
    };
    this.#state = this.#loading;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#begin();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#stopWatching();
    };
  };

  readonly state = (): License => this.#state;
  readonly loading = (): License => this.#loading;

  #begin(): void {
    if (this.#activation === undefined) void this.#load();
    else this.#watch();
  }

  /** What kept it from being found may be over: a clock that was wrong, a storage that failed, a suspension. */
  async #load(): Promise<void> {
    if (this.#isLoading) return;
    this.#isLoading = true;
    try {
      this.#hold(await guarded(() => this.#signet.current()));
    } catch (error) {
      // Another call may have activated the device meanwhile.
      if (this.#activation === undefined && isSignetError(error)) this.#lack(error);
    } finally {
      this.#isLoading = false;
    }
  }

  #hold(activation: Activation): void {
    this.#activation = activation;
    this.#absence = undefined;
    this.#watch();
  }

  #lack(absence: SignetError): void {
    this.#stopWatching();
    this.#activation = undefined;
    this.#absence = absence;
    this.#show();
  }

  /** Follows and keeps fresh what is held, as long as somebody looks. */
  #watch(): void {
    this.#stopWatching();
    const activation = this.#activation;
    if (activation !== undefined && this.#listeners.size > 0) {
      const stopListening = activation.on("changed", () => this.#show());
      const stopRefreshing = activation.keepFresh();
      this.#stopWatching = () => {
        stopListening();
        stopRefreshing();
        this.#stopWatching = () => {};
      };
    }
    this.#show();
  }

  #show(): void {
    this.#state = this.#seen();
    for (const listener of [...this.#listeners]) listener();
  }

  #seen(): License {
    const activation = this.#activation;
    const shared = { ...this.#grants(), ...this.#actions() };
    if (activation === undefined) {
      const { message: reason } = this.#absence ?? {};
      if (reason === undefined) return { ...this.#loading, ...shared };
      return { status: "unlicensed", activation, reason, ...shared };
    }
    const { status, reason } = activation;
    if (reason === undefined) return { status: "licensed", activation, reason, ...shared };
    return { status: status === "grace" ? "grace" : "unlicensed", activation, reason, ...shared };
  }

  /** Made anew for each state: whoever remembers what they said sees that it may have changed. */
  #grants(): LicenseGrants {
    const activation = this.#activation;
    return {
      has: (code) => activation?.has(code) ?? false,
      limit: (code) => activation?.limit(code),
      value: (code) => activation?.value(code),
    };
  }

  #actions(): LicenseActions {
    return {
      activate: this.#activate,
      refresh: this.#refresh,
      deactivate: this.#deactivate,
      isPending: this.#pending > 0,
      error: this.#error,
    };
  }

  readonly #activate = (by: string | (() => Promise<Activation>)): Promise<void> =>
    this.#do(async () => this.#hold(await (typeof by === "string" ? this.#signet.activate(by) : by())));

  readonly #refresh = (): Promise<void> =>
    this.#do(async () => {
      if (this.#activation === undefined) await this.#load();
      else await this.#activation.refresh();
    });

  readonly #deactivate = (): Promise<void> =>
    this.#do(async () => {
      await this.#activation?.deactivate();
      this.#lack(new SignetError("not_activated"));
    });

  /** Never rejects. */
  async #do(work: () => Promise<void>): Promise<void> {
    this.#pending += 1;
    this.#show();
    try {
      await guarded(work);
      this.#error = undefined;
    } catch (error) {
      if (isSignetError(error)) this.#error = error;
    } finally {
      this.#pending -= 1;
      this.#show();
    }
  }
}
