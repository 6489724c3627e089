import type { ServerTime } from "./clock.ts";
import { loadDeviceKey } from "./device-key.ts";
import { toBase64url, utf8 } from "./encoding.ts";
import { isSignetError, SignetError } from "./errors.ts";
import { parseLicenseKey } from "./license-key.ts";
import {
  type CodeResponse,
  codeActivationId,
  codeClaims,
  codeFingerprint,
  codeRequestHash,
  featureName,
  newCodeSalt,
  readResponseCode,
  writeRequestCode,
} from "./offline-code.ts";
import { ALPHABET } from "./offline-symbols.ts";
import type { Configuration } from "./options.ts";
import type { OwnDevice } from "./own-device.ts";
import { ACTIVATION, OFFLINE_REQUEST, readDocument, writeDocument } from "./state.ts";
import type { Trust } from "./trust.ts";
import { storeActivation, type VerifiedActivation } from "./verified-activation.ts";
import { type ActivationClaims, type Features, type OfflineCodeClaims, TOKEN_TYPES } from "./wire.ts";

interface Options {
  readonly configuration: Configuration;
  readonly trust: Trust;
  readonly device: OwnDevice;
  readonly time: ServerTime;
}

/** Activation by codes that are typed by hand (offline-code.ts says what is in them). */
export class CodeExchange {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  async request(licenseKey: string): Promise<string> {
    const parsed = parseLicenseKey(licenseKey);
    if (!parsed.ok) throw new SignetError("license_key_mistyped", { sentence: parsed.reason });
    const { product, storage } = this.#options.configuration;
    const device = await this.#options.device.make();
    const { components } = await codeFingerprint(device.fingerprint.digest);
    const { x } = device.key.publicJwk;
    const request = { x, fingerprint: components.code, salt: newCodeSalt() };
    const req = await codeRequestHash(request, parsed.text, product);
    const { imported = [] } = (await readDocument(storage, OFFLINE_REQUEST)) ?? {};
    await writeDocument(storage, OFFLINE_REQUEST, { pending: { nonce: req, req, components }, imported });
    return writeRequestCode(request);
  }

  async importCode(text: string): Promise<VerifiedActivation> {
    const read = await readResponseCode(text);
    if (!read.ok) throw new SignetError("code_mistyped", { sentence: read.sentence });
    const { storage } = this.#options.configuration;
    const stored = await readDocument(storage, OFFLINE_REQUEST);
    if (stored?.pending === undefined) throw await this.#alreadyEntered(read.response);
    const { req } = stored.pending;
    const token = await this.#tokenOf(read.response, req);
    const activation = await this.verified(token);
    await storeActivation(storage, activation);
    await writeDocument(storage, OFFLINE_REQUEST, { imported: [...stored.imported, req] });
    return activation;
  }

  /** Verifies a token that a code brought, without the network, for the machine as it is now. */
  async verified(token: string): Promise<VerifiedActivation> {
    const { configuration, trust, device, time } = this.#options;
    const { key, fingerprint: today } = await device.load();
    const fingerprint = await codeFingerprint(today.digest);
    const expected = { audience: configuration.product, allowExpiredBundle: true };
    const bound = { ...expected, deviceKey: key.thumbprint, fingerprint: fingerprint.digest };
    await time.show();
    const claims = await trust.verifyOffline(token, "offlineCode", bound);
    const features = await namedFeatures(claims.features, configuration.features);
    return {
      token,
      certificate: undefined,
      claims: activationClaims(claims, features),
      license: undefined,
      fingerprint,
      snapshotUntil: undefined,
    };
  }

  /** Makes the token again whose signature a code brought. */
  async #tokenOf(response: CodeResponse, req: string): Promise<string> {
    const { configuration, trust, device } = this.#options;
    if ((await loadDeviceKey(configuration.storage)) === undefined) throw new SignetError("code_refused");
    const { key, fingerprint: today } = await device.load();
    const { digest: fingerprint } = await codeFingerprint(today.digest);
    const bundle = await trust.stored(true);
    const { product: aud } = configuration;
    const sub = activationId(response.id ?? (await codeActivationId(req, response.iat)));
    const bound = { iss: bundle.tenant, aud, sub, fingerprint, cnf: { jkt: key.thumbprint }, req };
    const payload = encoded(codeClaims(bound, response));
    for (const { kid } of bundle.keysFor("activation")) {
      const header = encoded({ alg: "EdDSA", typ: TOKEN_TYPES.offlineCode, kid });
      const token = `${header}.${payload}.${response.signature}`;
      if (await this.#isSigned(token, req)) return token;
    }
    throw new SignetError("code_refused");
  }

  async #isSigned(token: string, req: string): Promise<boolean> {
    const expected = { audience: this.#options.configuration.product, req, allowExpiredBundle: true };
    try {
      await this.#options.trust.verifyOffline(token, "offlineCode", expected, true);
      return true;
    } catch (error) {
      if (!isSignetError(error) || error.code !== "token_invalid") throw error;
      if (error.reason === "expired")
        throw new SignetError("code_refused", { sentence: RUN_OUT, cause: error });
      if (error.reason === "license_revoked") throw error;
      return false;
    }
  }

  async #alreadyEntered({ signature }: CodeResponse): Promise<SignetError> {
    const stored = await readDocument(this.#options.configuration.storage, ACTIVATION);
    if (stored?.token.endsWith(`.${signature}`) !== true) return new SignetError("code_refused");
    return new SignetError("file_already_imported", { sentence: ENTERED_BEFORE });
  }
}

const RUN_OUT = "What this code grants has run out; make a new request code on this machine.";
const ENTERED_BEFORE = "This code was entered on this machine before; nothing has changed.";

function encoded(value: object): string {
  return toBase64url(utf8(JSON.stringify(value)));
}

/** A TypeID: 16 bytes, given in hex, as 26 symbols. */
function activationId(hex: string): string {
  let rest = BigInt(`0x${hex}`);
  let symbols = "";
  for (let count = 0; count < 26; count++) {
    symbols = ALPHABET.charAt(Number(rest % 32n)) + symbols;
    rest /= 32n;
  }
  return `act_${symbols.toLowerCase()}`;
}

/** What the program asks about, by its own names. */
async function namedFeatures(granted: Features, known: readonly string[]): Promise<Features> {
  const named = await Promise.all(
    known.map(async (code) => [code, granted[await featureName(code)]] as const),
  );
  return Object.fromEntries(
    named.flatMap(([code, value]) => (value === undefined ? [] : [[code, value] as const])),
  );
}

/** As an activation token would say it. */
function activationClaims(claims: OfflineCodeClaims, features: Features): ActivationClaims {
  const { grace, req, ...shared } = claims;
  return {
    ...shared,
    jti: req,
    cid: req,
    nonce: req,
    req,
    trust: 0,
    license: "",
    match: 1,
    features,
    ...(grace ? { grace: { reason: "license_expired", until: claims.exp } as const } : {}),
  };
}
