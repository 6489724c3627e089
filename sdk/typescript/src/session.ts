import { Api, type ApiAnswer } from "./api.ts";
import { ServerTime } from "./clock.ts";
import { CodeExchange } from "./code-exchange.ts";
import { isServerCode } from "./codes.ts";
import { assertGivenBack } from "./credit-line.ts";
import { randomText } from "./encoding.ts";
import { isFinalRefusal, isSignetError, SignetError, tokenInvalid } from "./errors.ts";
import { assertSameDevice, type Fingerprint, fingerprintOf } from "./fingerprint.ts";
import { createHttp } from "./http.ts";
import { parseLicenseKey } from "./license-key.ts";
import { Link, type LinkOptions } from "./link.ts";
import { OfflineExchange } from "./offline-exchange.ts";
import { Online } from "./online.ts";
import type { Configuration } from "./options.ts";
import { type Device, OwnDevice } from "./own-device.ts";
import { RefusedBefore } from "./refused-before.ts";
import { isCount, isText } from "./shapes.ts";
import { assertSnapshotFresh, snapshotEnd } from "./snapshot.ts";
import { ACTIVATION, deleteDocument, readDocument, type StoredActivation, writeDocument } from "./state.ts";
import { Trust } from "./trust.ts";
import {
  bearerOf,
  type HeldActivation,
  storeActivation,
  storedActivation,
  unverifiedClaim,
  type VerifiedActivation,
} from "./verified-activation.ts";
import type { ActivateRequest, DeactivateRequest, RefreshRequest } from "./wire.ts";

/** The operations on this device's activation: each talks, verifies, and only then stores. */
export class Session {
  readonly #configuration: Configuration;
  readonly #trust: Trust;
  readonly #api: Api;
  readonly #time: ServerTime;
  readonly #device: OwnDevice;
  readonly #online = new Map<string, Online>();
  /** By activation id. In memory only: on disk they would let a copied state activate another machine. */
  readonly #licenseKeys = new Map<string, string>();
  readonly #refusedBefore: RefusedBefore;
  readonly offline: OfflineExchange;
  readonly codes: CodeExchange;

  constructor(configuration: Configuration) {
    const { server, tenant, product, rootKey, storage, clock } = configuration;
    const baseUrl = `${server}/v1/${encodeURIComponent(tenant)}`;
    const http = createHttp(configuration);
    const time = new ServerTime(clock, storage);
    this.#configuration = configuration;
    this.#time = time;
    this.#device = new OwnDevice(configuration);
    this.#trust = new Trust({
      url: `${baseUrl}/trust`,
      tenant,
      rootKey,
      http,
      storage,
      time,
      shipped: configuration.snapshot,
      debug: configuration.debug,
    });
    const machine = { configuration, trust: this.#trust, device: this.#device, time };
    this.offline = new OfflineExchange(machine);
    this.codes = new CodeExchange(machine);
    this.#refusedBefore = new RefusedBefore(configuration, this);
    this.#api = new Api({ baseUrl, product, http, trust: this.#trust, storage, clock });
  }

  /** Milliseconds since 1970. */
  now(): number {
    return this.#configuration.clock.now();
  }

  /** What an activation holds while this process runs, shared by everything of that activation. */
  online(verified: VerifiedActivation): Online {
    const id = verified.claims.sub;
    const known = this.#online.get(id);
    known?.offline.resume();
    known?.link.hold(verified);
    if (known !== undefined) return known;
    const refresh: LinkOptions["refresh"] = (held, signal) => this.refresh(held, signal);
    const [configuration, api, trust, time] = [this.#configuration, this.#api, this.#trust, this.#time];
    const options = { configuration, api, trust, time, refresh };
    const online = new Online(new Link(options, verified));
    this.#online.set(id, online);
    return online;
  }

  async activate(licenseKey: string, signal: AbortSignal | undefined): Promise<VerifiedActivation> {
    const parsed = parseLicenseKey(licenseKey);
    if (!parsed.ok) throw new SignetError("license_key_mistyped", { sentence: parsed.reason });
    const activation = await this.#activate(parsed.text, signal);
    this.#licenseKeys.set(activation.claims.sub, parsed.text);
    await storeActivation(this.#configuration.storage, activation);
    return activation;
  }

  async #activate(licenseKey: string, signal: AbortSignal | undefined): Promise<VerifiedActivation> {
    const { product, metadata } = this.#configuration;
    const device = await this.#device.make();
    const nonce = randomText();
    const body: ActivateRequest = {
      licenseKey,
      product,
      fingerprint: device.fingerprint.components,
      deviceKey: device.key.publicJwk,
      nonce,
      metadata,
    };
    const answer = await this.#api.send({ path: "/activations", body, nonce, signal });
    return this.#verifyAnswer(answer, device, device.fingerprint, { nonce, signal });
  }

  async refresh(
    held: HeldActivation,
    signal: AbortSignal | undefined,
    retriesMax?: number,
  ): Promise<VerifiedActivation> {
    const { sub: id } = held.claims;
    try {
      const activation = await this.#refresh(held, signal, retriesMax);
      if (await this.#stored(id)) await storeActivation(this.#configuration.storage, activation);
      return activation;
    } catch (error) {
      // What the server has signed holds in this process, also where the disk takes no note of it.
      if (isFinalRefusal(error)) {
        await this.#storeRefusal(id, error).catch((failure: unknown) =>
          this.#configuration.debug("refusal_not_stored", { error: failure }),
        );
      }
      throw error;
    }
  }

  async #refresh(held: HeldActivation, signal: AbortSignal | undefined, retriesMax: number | undefined) {
    const bearer = bearerOf(held);
    const id = held.claims.sub;
    const device = await this.#device.load();
    const nonce = randomText();
    const body: RefreshRequest = { nonce };
    let answer: ApiAnswer;
    try {
      const path = `/activations/${id}/refresh`;
      answer = await this.#api.send({ path, body, bearer, nonce, signal, retriesMax });
    } catch (error) {
      if (!isSignetError(error) || error.code !== "unauthorized") throw error;
      return this.#recover(held, error, signal);
    }
    const latest = await this.#fingerprintIn(answer, id, [device.fingerprint, held.fingerprint]);
    const activation = await this.#verifyAnswer(answer, device, latest, { nonce, signal, subject: id });
    assertSameDevice(activation.claims.match, latest, device.fingerprint);
    return activation;
  }

  /**
   * The server does not take the token. Only the bundle can say that this is because the vendor disowned the key that signed it;
   * then the license key proves what the token did.
   */
  async #recover(
    { token, claims }: HeldActivation,
    refused: SignetError,
    signal: AbortSignal | undefined,
  ): Promise<VerifiedActivation> {
    const id = claims.sub;
    if (!(await this.#trust.hasDisowned(token, signal))) throw refused;
    // Another process of this device may have recovered already.
    const stored = await this.#verifiedStored().catch(() => undefined);
    if (stored?.claims.sub === id) return stored;
    const licenseKey = this.#licenseKeys.get(id);
    if (licenseKey === undefined) throw tokenInvalid("key_revoked", refused);
    const activation = await this.#activate(licenseKey, signal);
    if (activation.claims.sub === id) return activation;
    // The device had lost its slot meanwhile: whether it takes another one is for its user to say.
    await this.deactivate(activation, signal).catch((error: unknown) =>
      this.#configuration.debug("slot_not_given_back", { error }),
    );
    throw new SignetError("not_activated", { cause: refused });
  }

  async deactivate(held: VerifiedActivation, signal: AbortSignal | undefined): Promise<void> {
    const { claims } = held;
    const bearer = bearerOf(held);
    const nonce = randomText();
    const body: DeactivateRequest = { nonce };
    const path = `/activations/${claims.sub}/deactivate`;
    const send = async (by: string) => {
      const { answer } = await this.#api.send({ path, body, bearer: by, nonce, signal });
      assertGivenBack(answer.activation, claims.sub, "deactivated");
    };
    try {
      await send(bearer);
    } catch (error) {
      if (!isSignetError(error) || error.code !== "unauthorized") throw error;
      await send(bearerOf(await this.#recover(held, error, signal)));
    }
    this.#licenseKeys.delete(claims.sub);
    if (await this.#stored(claims.sub)) await deleteDocument(this.#configuration.storage, ACTIVATION);
  }

  /**
   * Which of this device's fingerprints an answer is over: the server answers by the latest it was given, which another process may
   * have sent meanwhile, or this one in an activation whose answer was lost. The token is verified against it, so a lie gains nothing.
   */
  async #fingerprintIn(
    { answer }: ApiAnswer,
    activationId: string,
    known: readonly [Fingerprint, ...Fingerprint[]],
  ): Promise<Fingerprint> {
    const named = unverifiedClaim(answer.token, "fingerprint");
    const stored = await this.#stored(activationId);
    const candidates = stored === undefined ? known : [...known, await fingerprintOf(stored.components)];
    return candidates.find(({ digest }) => digest === named) ?? known[0];
  }

  /** The stored activation, verified without the network; a refusal that may have ended since is asked about once. */
  current(): Promise<VerifiedActivation> {
    return this.#refusedBefore.askingAgain(() => this.#verifiedStored());
  }

  async #verifiedStored(): Promise<VerifiedActivation> {
    const stored = await readDocument(this.#configuration.storage, ACTIVATION);
    if (stored === undefined) throw new SignetError("not_activated");
    const { token, certificate, components, refusal } = stored;
    if (refusal !== undefined) {
      throw new SignetError(refusal.code, { signed: true, correlationId: refusal.correlationId });
    }
    if (certificate === undefined) return this.codes.verified(token);
    const device = await this.#device.load();
    const activation = await this.#verifyStored(token, certificate, await fingerprintOf(components), device);
    assertSameDevice(activation.claims.match, activation.fingerprint, device.fingerprint);
    return activation;
  }

  /** A snapshot that is too old for the license held here is kept, and refused. */
  async importSnapshot(text: string): Promise<{ readonly seq: number; readonly issuedAt: number }> {
    const snapshot = await this.offline.importSnapshot(text);
    await this.#verifiedStored().catch((error: unknown) => {
      if (isSignetError(error) && error.code === "trust_snapshot_stale") throw error;
    });
    return snapshot;
  }

  async #verifyStored(
    token: string,
    certificate: string,
    fingerprint: Fingerprint,
    { key }: Device,
  ): Promise<VerifiedActivation> {
    const audience = this.#configuration.product;
    const described = { audience, allowExpired: true, allowExpiredBundle: true };
    const license = await this.#trust.verifyOffline(certificate, "license", described);
    // Where no server tells the time, the machine's own clock must at least not go back, also once it has said that it is too late.
    if (license.offline.allowed) await this.#time.show();
    const claims = await this.#trust.verifyOffline(token, "activation", {
      audience,
      deviceKey: key.thumbprint,
      fingerprint: fingerprint.digest,
      allowExpiredBundle: license.offline.allowed,
    });
    if (license.sub !== claims.license) throw tokenInvalid("subject");
    const snapshotUntil = snapshotEnd(license.offline, claims, await this.#trust.stored(true));
    assertSnapshotFresh(snapshotUntil, await this.#time.now());
    return { token, certificate, claims, license, fingerprint, snapshotUntil };
  }

  /** Believes an answer only when it was signed for this request, this device and this product. */
  async #verifyAnswer(
    { answer, req }: ApiAnswer,
    { key }: Device,
    fingerprint: Fingerprint,
    options: { readonly nonce: string; readonly subject?: string; readonly signal: AbortSignal | undefined },
  ): Promise<VerifiedActivation> {
    const { token, certificate, trustSeq } = answer;
    if (!isText(token) || !isText(certificate)) {
      throw new SignetError("response_invalid", { detail: "The answer holds no token or no certificate." });
    }
    const { nonce, subject, signal } = options;
    const audience = this.#configuration.product;
    const bound = {
      audience,
      nonce,
      req,
      subject,
      deviceKey: key.thumbprint,
      fingerprint: fingerprint.digest,
    };
    const trusted = { signal, ...(isCount(trustSeq) ? { seqMin: trustSeq } : {}) };
    try {
      const claims = await this.#trust.verifyAnswer(token, "activation", bound, trusted);
      const described = { audience, subject: claims.license, allowExpired: true };
      const license = await this.#trust.verifyAnswer(certificate, "license", described, { signal });
      const snapshotUntil = snapshotEnd(license.offline, claims, await this.#trust.stored());
      return { token, certificate, claims, license, fingerprint, snapshotUntil };
    } catch (cause) {
      if (!isSignetError(cause) || cause.code !== "token_invalid") throw cause;
      throw new SignetError("response_invalid", {
        cause,
        detail: `The answer's token was refused: ${cause.reason}.`,
      });
    }
  }

  async #storeRefusal(activationId: string, { code, correlationId }: SignetError): Promise<void> {
    const stored = await this.#stored(activationId);
    if (stored === undefined || correlationId === undefined || !isServerCode(code)) return;
    await writeDocument(this.#configuration.storage, ACTIVATION, {
      ...stored,
      refusal: { code, correlationId },
    });
  }

  #stored(activationId: string): Promise<StoredActivation | undefined> {
    return storedActivation(this.#configuration.storage, activationId);
  }
}
