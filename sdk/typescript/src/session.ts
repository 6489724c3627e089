import { decodeJwt } from "jose";
import { Api, type ApiAnswer } from "./api.ts";
import { ServerTime } from "./clock.ts";
import { isServerCode } from "./codes.ts";
import { type DeviceKey, loadDeviceKey, loadOrMakeDeviceKey } from "./device-key.ts";
import { randomText } from "./encoding.ts";
import { isSignetError, SignetError, tokenInvalid } from "./errors.ts";
import { type Fingerprint, takeFingerprint } from "./fingerprint.ts";
import { createHttp } from "./http.ts";
import { parseLicenseKey } from "./license-key.ts";
import type { Configuration } from "./options.ts";
import { isCount, isText } from "./shapes.ts";
import { ACTIVATION, deleteDocument, readDocument, writeDocument } from "./state.ts";
import { Trust } from "./trust.ts";
import type {
  ActivateRequest,
  ActivationClaims,
  DeactivateRequest,
  LicenseClaims,
  RefreshRequest,
} from "./wire.ts";

/** An activation whose every part was verified. */
export interface VerifiedActivation {
  readonly token: string;
  readonly certificate: string;
  readonly claims: ActivationClaims;
  readonly license: LicenseClaims;
}

/** What this device is: what an activation must be bound to. */
interface Device {
  readonly key: DeviceKey;
  readonly fingerprint: Fingerprint;
}

/** The operations on this device's activation: each talks, verifies, and only then stores. */
export class Session {
  readonly #configuration: Configuration;
  readonly #trust: Trust;
  readonly #api: Api;
  #deviceKey: Promise<DeviceKey> | undefined;
  #fingerprint: Promise<Fingerprint> | undefined;

  constructor(configuration: Configuration) {
    const { server, tenant, product, rootKey, storage, clock } = configuration;
    const baseUrl = `${server}/v1/${encodeURIComponent(tenant)}`;
    const http = createHttp(configuration);
    const time = new ServerTime(clock, storage);
    this.#configuration = configuration;
    this.#trust = new Trust({ url: `${baseUrl}/trust`, tenant, rootKey, http, storage, time });
    this.#api = new Api({ baseUrl, product, http, trust: this.#trust });
  }

  /** Milliseconds since 1970. */
  now(): number {
    return this.#configuration.clock.now();
  }

  async activate(licenseKey: string, signal: AbortSignal | undefined): Promise<VerifiedActivation> {
    const parsed = parseLicenseKey(licenseKey);
    if (!parsed.ok) throw new SignetError("license_key_mistyped", { sentence: parsed.reason });
    const { product, metadata } = this.#configuration;
    const device: Device = { key: await this.#ownKey(), fingerprint: await this.#ownFingerprint() };
    const nonce = randomText();
    const body: ActivateRequest = {
      licenseKey: parsed.text,
      product,
      fingerprint: device.fingerprint.components,
      deviceKey: device.key.publicJwk,
      nonce,
      metadata,
    };
    const answer = await this.#api.post({ path: "/activations", body, nonce, signal });
    const activation = await this.#verifyAnswer(answer, device, { nonce, signal });
    await this.#store(activation);
    return activation;
  }

  async refresh(
    { token, claims }: VerifiedActivation,
    signal: AbortSignal | undefined,
  ): Promise<VerifiedActivation> {
    const id = claims.sub;
    const device = await this.#device();
    const nonce = randomText();
    const body: RefreshRequest = { nonce };
    let answer: ApiAnswer;
    try {
      answer = await this.#api.post({
        path: `/activations/${id}/refresh`,
        body,
        bearer: token,
        nonce,
        signal,
      });
    } catch (error) {
      if (isFinalRefusal(error)) await this.#storeRefusal(id, error);
      throw error;
    }
    const activation = await this.#verifyAnswer(answer, device, { nonce, signal, subject: id });
    if (await this.#isStored(id)) await this.#store(activation);
    return activation;
  }

  async deactivate({ token, claims }: VerifiedActivation, signal: AbortSignal | undefined): Promise<void> {
    const nonce = randomText();
    const body: DeactivateRequest = { nonce };
    const path = `/activations/${claims.sub}/deactivate`;
    await this.#api.post({ path, body, bearer: token, nonce, signal });
    if (await this.#isStored(claims.sub)) await deleteDocument(this.#configuration.storage, ACTIVATION);
  }

  /** The stored activation, verified without the network. */
  async current(): Promise<VerifiedActivation> {
    const stored = await readDocument(this.#configuration.storage, ACTIVATION);
    if (stored === undefined) throw new SignetError("not_activated");
    const { token, certificate, refusal } = stored;
    if (refusal !== undefined) {
      throw new SignetError(refusal.code, { signed: true, correlationId: refusal.correlationId });
    }
    const { key, fingerprint } = await this.#device();
    const audience = this.#configuration.product;
    const expected = { audience, deviceKey: key.thumbprint, fingerprint: fingerprint.digest };
    const claims = await this.#trust.verifyOffline(token, "activation", expected);
    const described = { audience, subject: claims.license, allowExpired: true };
    const license = await this.#trust.verifyOffline(certificate, "license", described);
    return { token, certificate, claims, license };
  }

  /** Believes an answer only when it was signed for this request, this device and this product. */
  async #verifyAnswer(
    { answer, req }: ApiAnswer,
    { key, fingerprint }: Device,
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
      return { token, certificate, claims, license };
    } catch (cause) {
      if (!isSignetError(cause) || cause.code !== "token_invalid") throw cause;
      throw new SignetError("response_invalid", {
        cause,
        detail: `The answer's token was refused: ${cause.reason}.`,
      });
    }
  }

  async #device(): Promise<Device> {
    const key = await loadDeviceKey(this.#configuration.storage);
    if (key === undefined) throw tokenInvalid("device_key");
    return { key, fingerprint: await this.#ownFingerprint() };
  }

  /** Made by whichever call comes first; calls at the same time share it. */
  #ownKey(): Promise<DeviceKey> {
    this.#deviceKey ??= loadOrMakeDeviceKey(this.#configuration.storage).finally(() => {
      this.#deviceKey = undefined;
    });
    return this.#deviceKey;
  }

  /** Taken once: it does not change while the process runs, and asking the system can be slow. */
  #ownFingerprint(): Promise<Fingerprint> {
    const { fingerprint, storage, tenant, product } = this.#configuration;
    const taken = this.#fingerprint ?? takeFingerprint(fingerprint, storage, `${tenant}/${product}`);
    this.#fingerprint = taken;
    taken.catch(() => {
      this.#fingerprint = undefined;
    });
    return taken;
  }

  async #store({ token, certificate }: VerifiedActivation): Promise<void> {
    await writeDocument(this.#configuration.storage, ACTIVATION, { token, certificate });
  }

  async #storeRefusal(activationId: string, { code, correlationId }: SignetError): Promise<void> {
    const { storage } = this.#configuration;
    const stored = await readDocument(storage, ACTIVATION);
    if (stored === undefined || correlationId === undefined || !isServerCode(code)) return;
    if (activationIdOf(stored.token) !== activationId) return;
    await writeDocument(storage, ACTIVATION, { ...stored, refusal: { code, correlationId } });
  }

  /** Whether what is stored is still this activation: the device may have been given another license meanwhile. */
  async #isStored(activationId: string): Promise<boolean> {
    const stored = await readDocument(this.#configuration.storage, ACTIVATION);
    return stored !== undefined && activationIdOf(stored.token) === activationId;
  }
}

/** A signed no to a refresh that waiting will not change: the activation is over until a server says otherwise. */
export function isFinalRefusal(error: unknown): error is SignetError {
  return error instanceof SignetError && error.signed && !error.retryable;
}

function activationIdOf(token: string): string | undefined {
  try {
    return decodeJwt(token).sub;
  } catch {
    return undefined;
  }
}
