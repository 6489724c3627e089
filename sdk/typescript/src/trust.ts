import { decodeProtectedHeader } from "jose";
import type { ClaimsByKind, VerifiableKind } from "./claims.ts";
import { clockTurnedBack, type ServerTime } from "./clock.ts";
import type { Debug } from "./debug.ts";
import { isSignetError, SignetError, trustInvalid } from "./errors.ts";
import type { Http } from "./http.ts";
import { isRecord, isText, parseJson } from "./shapes.ts";
import { readDocument, type StoredTrust, TRUST, writeDocument } from "./state.ts";
import type { StateStorage } from "./storage.ts";
import { jitter } from "./timer.ts";
import { openTrustBundle, type TrustBundle } from "./trust-bundle.ts";
import { untilAborted } from "./until-aborted.ts";
import { type TokenExpectations, verifyToken } from "./verify.ts";

/** After a fetch an unknown key does not cause another one for this long: anybody can make up a `kid`. */
const COOL_DOWN_MS = 60_000;
/**
 * After a fetch that brought no bundle as new as an answer had said, what answers say causes no other for half this long to all of it:
 * nobody signs that number. So after such a lie a bundle that is really newer comes a minute late at most.
 */
const UNMET_MS_MAX = 60_000;

export interface TrustOptions {
  readonly url: string;
  readonly tenant: string;
  /** Its `x`. */
  readonly rootKey: string;
  readonly http: Http;
  readonly storage: StateStorage;
  readonly time: ServerTime;
  /** A bundle that came with the program. */
  readonly shipped: string | undefined;
  readonly debug: Debug;
}

type Expectations = Omit<TokenExpectations, "now">;

/** Keeps the newest trust bundle seen, and verifies tokens by it. */
export class Trust {
  readonly #options: TrustOptions;
  #held: TrustBundle | undefined;
  #fetching: Promise<TrustBundle> | undefined;
  /** Resolves when no bundle is being kept any more. */
  #keeping: Promise<unknown> = Promise.resolve();
  #isUnpacked = false;
  #fetchedAt = Number.NEGATIVE_INFINITY;
  #unmetAt = Number.NEGATIVE_INFINITY;
  #unmetForMs = 0;

  constructor(options: TrustOptions) {
    this.#options = options;
  }

  /** Verifies by the bundle on this machine alone. */
  async verifyOffline<Kind extends VerifiableKind>(
    jws: string,
    kind: Kind,
    expectations: Expectations,
    isFresh = expectations.nonce !== undefined,
  ): Promise<ClaimsByKind[Kind]> {
    const bundle = await this.stored(expectations.allowExpiredBundle);
    const claims = await this.#verify(jws, kind, expectations, bundle, isFresh);
    await this.#options.time.saw(claims.iat, isFresh);
    return claims;
  }

  /**
   * Takes a bundle that was carried here: it may have ended on the way, so its age is for the caller to judge.
   *
   * @param keepNewer whether one older than what is held already is passed over instead of refused.
   * @returns the newest one, which is held from now on.
   */
  async adopt(jws: string, { keepNewer }: { readonly keepNewer: boolean }): Promise<TrustBundle> {
    try {
      return await this.#keep(jws, true);
    } catch (error) {
      if (!keepNewer || !isSignetError(error) || error.reason !== "rollback") throw error;
      return this.stored(true);
    }
  }

  /**
   * Verifies a server's answer, fetching the bundle when there is no good one, when the answer was signed under a newer one
   * (`seqMin`), or when it was signed by a key not seen before.
   */
  async verifyAnswer<Kind extends VerifiableKind>(
    jws: string,
    kind: Kind,
    expectations: Expectations,
    { seqMin = 0, signal }: { readonly seqMin?: number; readonly signal?: AbortSignal | undefined },
  ): Promise<ClaimsByKind[Kind]> {
    const isFresh = expectations.nonce !== undefined;
    const claims = await this.#verifyFetching(jws, kind, expectations, seqMin, signal);
    await this.#evenUnkept(this.#options.time.saw(claims.iat, isFresh));
    return claims;
  }

  async #verifyFetching<Kind extends VerifiableKind>(
    jws: string,
    kind: Kind,
    expectations: Expectations,
    seqMin: number,
    signal: AbortSignal | undefined,
  ): Promise<ClaimsByKind[Kind]> {
    const bundle = await this.#atLeast(seqMin, signal);
    try {
      return await this.#verify(jws, kind, expectations, bundle);
    } catch (error) {
      const unknownKey =
        isSignetError(error) && error.code === "token_invalid" && error.reason === "key_unknown";
      const now = await this.#options.time.now();
      if (!unknownKey || Math.abs(now - this.#fetchedAt) < COOL_DOWN_MS) throw error;
      return this.#verify(jws, kind, expectations, await this.#fetch(signal));
    }
  }

  /** Whether the newest bundle that can be had disowns the key that signed this token. */
  async hasDisowned(jws: string, signal: AbortSignal | undefined): Promise<boolean> {
    const { kid = "" } = decodeProtectedHeader(jws);
    const stored = await this.stored(true).catch(() => undefined);
    if (stored?.isKeyRevoked(kid)) return true;
    try {
      return (await this.#fetch(signal)).isKeyRevoked(kid);
    } catch (error) {
      if (isSignetError(error) && error.code === "aborted") throw error;
      return false;
    }
  }

  async #verify<Kind extends VerifiableKind>(
    jws: string,
    kind: Kind,
    expectations: Expectations,
    bundle: TrustBundle,
    isFresh = expectations.nonce !== undefined,
  ): Promise<ClaimsByKind[Kind]> {
    const { time } = this.#options;
    const now = await (isFresh ? time.now() : time.nowAlone());
    return asClockFault(now, () => verifyToken(jws, kind, bundle, { ...expectations, now }));
  }

  async #atLeast(seqMin: number, signal: AbortSignal | undefined): Promise<TrustBundle> {
    let stored: TrustBundle;
    try {
      stored = await this.stored();
    } catch (error) {
      if (isSignetError(error) && error.code === "trust_invalid") return this.#fetch(signal);
      throw error;
    }
    const now = await this.#options.time.now();
    if (stored.seq >= seqMin || Math.abs(now - this.#unmetAt) < this.#unmetForMs) return stored;
    try {
      const fetched = await this.#fetch(signal);
      if (fetched.seq < seqMin) this.#coolDown(now);
      return fetched;
    } catch (error) {
      // The bundle in hand still stands on its own: that a newer one cannot be had or believed is no reason to refuse.
      if (!isSignetError(error) || error.code === "aborted" || error.code === "clock_turned_back")
        throw error;
      this.#options.debug("trust_not_fetched", { error });
      this.#coolDown(now);
      return this.stored();
    }
  }

  #coolDown(now: number): void {
    this.#unmetAt = now;
    // Many clients that heard the same lie do not come back together.
    this.#unmetForMs = UNMET_MS_MAX * jitter();
  }

  /** The bundle on this machine; one that has ended only where that is allowed. */
  async stored(allowExpired = false): Promise<TrustBundle> {
    await this.#unpack();
    const now = await this.#options.time.now();
    if (this.#held !== undefined && (allowExpired || this.#held.expiresAt * 1000 > now)) return this.#held;
    const stored = await this.#read();
    if (stored === undefined) throw trustInvalid("missing");
    this.#held = await this.#open(stored.bundle, stored, allowExpired);
    return this.#held;
  }

  /** Once in a process: takes the bundle that came with the program, where nothing newer is known. */
  async #unpack(): Promise<void> {
    const { shipped, debug } = this.#options;
    if (shipped === undefined || this.#isUnpacked) return;
    this.#isUnpacked = true;
    // A program is older than what it has seen: a bundle by a root that was left since must not end it.
    await this.adopt(shipped, { keepNewer: true }).catch((error: unknown) =>
      debug("snapshot_refused", { error }),
    );
  }

  async #read(): Promise<StoredTrust | undefined> {
    const stored = await readDocument(this.#options.storage, TRUST);
    const { rootKey } = this.#options;
    // A newer release may pin the root that this installation has followed to by itself.
    return stored?.root === rootKey || stored?.trusted === rootKey ? stored : undefined;
  }

  async #open(bundle: string, seen: StoredTrust | undefined, allowExpired = false): Promise<TrustBundle> {
    const { rootKey, tenant, time } = this.#options;
    const now = await time.now();
    // What is held may be newer than what the disk took.
    const held = this.#held !== undefined && this.#held.seq > (seen?.seq ?? -1) ? this.#held : undefined;
    const last = { lastSeq: held?.seq ?? seen?.seq, lastRoot: held?.root ?? seen?.trusted };
    return asClockFault(now, () => openTrustBundle(bundle, rootKey, { now, tenant, allowExpired, ...last }));
  }

  /**
   * One at a time, each judged by what the one before it has left: an older bundle never takes a newer one's place.
   *
   * @param isCarried whether a file brought it: it may have ended on the way, and must be on disk to count.
   */
  #keep(jws: string, isCarried: boolean): Promise<TrustBundle> {
    const kept = this.#keeping.then(() => this.#keepNext(jws, isCarried));
    this.#keeping = kept.catch(() => undefined);
    return kept;
  }

  async #keepNext(jws: string, isCarried: boolean): Promise<TrustBundle> {
    const bundle = await this.#open(jws, await this.#read(), isCarried);
    const stored = this.#store(jws, bundle);
    await (isCarried ? stored : this.#evenUnkept(stored));
    this.#held = bundle;
    return bundle;
  }

  async #store(jws: string, { seq, root: trusted, issuedAt }: TrustBundle): Promise<void> {
    const { storage, time, rootKey } = this.#options;
    // Opening a long one takes its time, in which another process may have kept a newer one.
    if (((await this.#read())?.seq ?? 0) > seq) throw trustInvalid("rollback");
    await writeDocument(storage, TRUST, { root: rootKey, trusted, seq, bundle: jws });
    await time.saw(issuedAt, false);
  }

  /** What the server has signed stands also while the disk takes nothing. */
  async #evenUnkept(work: Promise<void>): Promise<void> {
    await work.catch((error: unknown) => {
      if (!isSignetError(error) || error.code !== "storage_failed") throw error;
      this.#options.debug("trust_not_kept", { error });
    });
  }

  /** One fetch at a time, however many wait for it; each may stop waiting, the fetch goes on for the others. */
  async #fetch(signal: AbortSignal | undefined): Promise<TrustBundle> {
    this.#fetching ??= this.#fetchOnce().finally(() => {
      this.#fetching = undefined;
    });
    return untilAborted(this.#fetching, signal);
  }

  async #fetchOnce(): Promise<TrustBundle> {
    const { http, url, time } = this.#options;
    const reply = await http({ method: "GET", url });
    const answer = parseJson(reply.text);
    if (reply.status !== 200 || !isRecord(answer) || !isText(answer.bundle)) {
      const { retryAfterSeconds } = reply;
      throw new SignetError("server_error", {
        detail: `GET ${url} answered ${reply.status}.`,
        retryAfterSeconds,
      });
    }
    const bundle = await this.#keep(answer.bundle, false);
    this.#fetchedAt = await time.now();
    return bundle;
  }
}

/** A good signature from the future means that this machine's clock is behind. */
async function asClockFault<Value>(now: number, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (isSignetError(error) && error.reason === "not_yet_valid")
      throw clockTurnedBack(now, undefined, error);
    throw error;
  }
}
