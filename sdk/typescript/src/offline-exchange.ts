import type { ServerTime } from "./clock.ts";
import { loadDeviceKey, loadSigningKey } from "./device-key.ts";
import { fromBase64url, inflateRaw, randomText, sha256 } from "./encoding.ts";
import { fileInvalid, invalidArgument, isSignetError, SignetError } from "./errors.ts";
import { assertSameDevice, fingerprintOf } from "./fingerprint.ts";
import { jsonOf } from "./jws.ts";
import { parseLicenseKey } from "./license-key.ts";
import { type OfflineFileKind, readArmour } from "./offline-armour.ts";
import { writeDeviceFile } from "./offline-file.ts";
import type { Configuration } from "./options.ts";
import type { OwnDevice } from "./own-device.ts";
import { isRecord, isText } from "./shapes.ts";
import { assertSnapshotFresh, snapshotEnd } from "./snapshot.ts";
import {
  OFFLINE_FAREWELL,
  OFFLINE_REQUEST,
  OFFLINE_TICKETS,
  readDocument,
  type StoredOfflineRequest,
  writeDocument,
} from "./state.ts";
import type { Trust } from "./trust.ts";
import { ZIPPED_BYTES_MAX } from "./trust-bundle.ts";
import { storeActivation, type VerifiedActivation } from "./verified-activation.ts";
import type { OfflineRequestClaims, OfflineResponseClaims } from "./wire.ts";

/** Credits to take along: they are reserved when the request is answered. */
export interface TicketWanted {
  /** Meter code. */
  readonly meter: string;
  /** Whole number from 1 on, in the meter's unit. */
  readonly amount: number;
}

interface Options {
  readonly configuration: Configuration;
  readonly trust: Trust;
  readonly device: OwnDevice;
  readonly time: ServerTime;
}

const TICKETS_MAX = 50;
const IMPORTED_MAX = 100;

/** What is carried to and from this machine: requests go out, responses and snapshots come in. */
export class OfflineExchange {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Makes an activation request; from now on only its response can be imported. */
  async request(licenseKey: string, tickets: readonly TicketWanted[]): Promise<string> {
    const parsed = parseLicenseKey(licenseKey);
    if (!parsed.ok) throw new SignetError("license_key_mistyped", { sentence: parsed.reason });
    if (tickets.length > TICKETS_MAX)
      throw invalidArgument(`At most ${TICKETS_MAX} tickets can be taken along.`);
    if (tickets.some(({ meter, amount }) => !isText(meter) || !Number.isSafeInteger(amount) || amount < 1))
      throw invalidArgument("Each ticket must name a meter and an amount that is a whole number from 1 on.");
    const { configuration, device } = this.#options;
    const { product, metadata, storage, clock } = configuration;
    const { key, fingerprint } = await device.make();
    const claims: OfflineRequestClaims = {
      licenseKey: parsed.text,
      product,
      fingerprint: fingerprint.components,
      deviceKey: key.publicJwk,
      nonce: randomText(),
      iat: Math.floor(clock.now() / 1000),
      trust: await this.#trustSeq(),
      metadata,
      ...(tickets.length === 0
        ? {}
        : { tickets: tickets.map(({ meter, amount }) => ({ id: randomText(), meter, amount })) }),
    };
    const file = await writeDeviceFile("request", claims, await loadSigningKey(storage));
    const armour = readArmour("request", file);
    if (!armour.ok) throw new SignetError("unexpected_error", { detail: armour.sentence });
    const { imported = [] } = (await readDocument(storage, OFFLINE_REQUEST)) ?? {};
    const pending = {
      nonce: claims.nonce,
      req: await sha256(armour.jws),
      components: fingerprint.components,
    };
    await writeDocument(storage, OFFLINE_REQUEST, { pending, imported });
    return file;
  }

  async importResponse(text: string): Promise<VerifiedActivation> {
    const { configuration, trust } = this.#options;
    const { product: audience, storage } = configuration;
    const jws = jwsIn("response", text);
    const stored = (await readDocument(storage, OFFLINE_REQUEST)) ?? { imported: [] };
    return asFileFault(async () => {
      const { bundle, nonce: claimedNonce } = await unverifiedResponse(jws);
      await trust.adopt(bundle, { keepNewer: true });
      // Bound to the nonce it is fresh, so that it also puts right what a clock wrongly ahead has shown.
      const nonce = stored.pending?.nonce === claimedNonce ? claimedNonce : undefined;
      const whatever = { audience, allowExpired: true, allowExpiredBundle: true, nonce };
      const response = await trust.verifyOffline(jws, "offlineResponse", whatever);
      const pending = await this.#asked(response, stored);
      const activation = await this.#verified(response, pending);
      await this.#storeTickets(response);
      await storeActivation(storage, activation);
      // Last: whatever ends before, importing the same file again completes it.
      const imported = [...stored.imported, response.nonce].slice(-IMPORTED_MAX);
      await writeDocument(storage, OFFLINE_REQUEST, { imported });
      return activation;
    });
  }

  /** Takes a newer trust bundle. */
  async importSnapshot(text: string): Promise<{ readonly seq: number; readonly issuedAt: number }> {
    const jws = jwsIn("snapshot", text);
    const { seq, issuedAt } = await asFileFault(() => this.#options.trust.adopt(jws, { keepNewer: false }));
    return { seq, issuedAt };
  }

  async farewell(): Promise<readonly string[]> {
    return (await readDocument(this.#options.configuration.storage, OFFLINE_FAREWELL))?.files ?? [];
  }

  /** The request that a response answers, which must be the last one made here. */
  async #asked({ cnf, nonce, req }: OfflineResponseClaims, { pending, imported }: StoredOfflineRequest) {
    const key = await loadDeviceKey(this.#options.configuration.storage);
    if (cnf.jkt !== key?.thumbprint) throw new SignetError("file_for_other_device");
    if (imported.includes(nonce)) throw new SignetError("file_already_imported");
    if (pending === undefined || pending.nonce !== nonce || pending.req !== req)
      throw new SignetError("file_for_other_request");
    return pending;
  }

  async #verified(
    { token, certificate, nonce, req }: OfflineResponseClaims,
    { components }: NonNullable<StoredOfflineRequest["pending"]>,
  ): Promise<VerifiedActivation> {
    const { configuration, trust, device, time } = this.#options;
    const { key, fingerprint: today } = await device.load();
    const fingerprint = await fingerprintOf(components);
    const { product: audience } = configuration;
    const shared = { audience, allowExpiredBundle: true };
    const claims = await trust.verifyOffline(token, "activation", {
      ...shared,
      nonce,
      req,
      deviceKey: key.thumbprint,
      fingerprint: fingerprint.digest,
    });
    const described = { ...shared, subject: claims.license, allowExpired: true };
    const license = await trust.verifyOffline(certificate, "license", described);
    assertSameDevice(claims.match, fingerprint, today);
    const snapshotUntil = snapshotEnd(license.offline, claims, await trust.stored(true));
    assertSnapshotFresh(snapshotUntil, await time.now());
    return { token, certificate, claims, license, fingerprint, snapshotUntil };
  }

  /** Keeps what tickets came before: their credits are this machine's until their time is over. */
  async #storeTickets({ sub: activation, tickets }: OfflineResponseClaims): Promise<void> {
    const { storage, product: audience } = this.#options.configuration;
    const stored = await readDocument(storage, OFFLINE_TICKETS);
    const tokens = stored?.activation === activation ? [...stored.tokens] : [];
    for (const answer of tickets) {
      if (answer.outcome !== "issued") {
        this.#options.configuration.debug("ticket_denied", { ticket: answer.id, code: answer.code });
        continue;
      }
      const bound = { audience, subject: answer.id, allowExpired: true, allowExpiredBundle: true };
      await this.#options.trust.verifyOffline(answer.token, "ticket", bound);
      if (!tokens.includes(answer.token)) tokens.push(answer.token);
    }
    await writeDocument(storage, OFFLINE_TICKETS, { activation, tokens });
  }

  async #trustSeq(): Promise<number> {
    try {
      return (await this.#options.trust.stored(true)).seq;
    } catch (error) {
      // It is only told; whatever is wrong with the bundle here, the response brings another.
      if (isSignetError(error) && (error.code === "trust_invalid" || error.code === "clock_turned_back"))
        return 0;
      throw error;
    }
  }
}

/** @throws SignetError `file_invalid` where the text holds no such file. */
export function jwsIn(kind: OfflineFileKind, text: string): string {
  const armour = readArmour(kind, text);
  if (!armour.ok) throw fileInvalid(armour.defect, { sentence: armour.sentence });
  return armour.jws;
}

/** What of a response is needed to verify it. */
export async function unverifiedResponse(jws: string): Promise<{ bundle: string; nonce: string }> {
  const payload = fromBase64url(jws.split(".")[1] ?? "");
  const zipped = payload ?? new Uint8Array();
  const claims = jsonOf(await inflateRaw(zipped, ZIPPED_BYTES_MAX).catch(() => new Uint8Array()));
  if (!isRecord(claims) || !isText(claims.bundle) || !isText(claims.nonce)) throw fileInvalid("claims");
  return { bundle: claims.bundle, nonce: claims.nonce };
}

/** What is wrong inside a file is wrong with the file; what has become of the license stays what it is. */
async function asFileFault<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (!isSignetError(error) || (error.code !== "token_invalid" && error.code !== "trust_invalid"))
      throw error;
    const { reason, detail } = error;
    if (reason === "fingerprint") throw new SignetError("file_for_other_device", { cause: error, detail });
    if (reason === "license_revoked" || reason === "activation_revoked" || reason === "rollback") throw error;
    if (reason === "expired") throw fileInvalid(reason, { sentence: RESPONSE_EXPIRED, cause: error });
    throw fileInvalid(reason, { cause: error });
  }
}

const RESPONSE_EXPIRED = "What this file grants has run out; make a new request on this machine.";
