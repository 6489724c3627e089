import { randomText, sha256, toBase64url, utf8 } from "./encoding.ts";
import { configurationInvalid, SignetError } from "./errors.ts";
import { fingerprintText } from "./fingerprint-digest.ts";
import { INSTALL_ID, readOrAddDocument } from "./state.ts";
import type { StateStorage } from "./storage.ts";

/**
 * Tells this device from others by 1 to 16 named components (a–z, 0–9, `-`, `_`; e.g. `machine`) that stay as they are and that no
 * other device shares: two alike in as many as the policy asks for count as one.
 * Give them as they are: each is hashed with the tenant's and the product's salt before it leaves the machine.
 */
export type FingerprintProvider = (context: {
  readonly storage: StateStorage;
}) => Promise<Readonly<Record<string, string>>>;

export interface Fingerprint {
  /** name → base64url HMAC-SHA256. */
  readonly components: Readonly<Record<string, string>>;
  /** base64url SHA-256 of their `fingerprintText`, as activation tokens carry it. */
  readonly digest: string;
}

const COMPONENTS_MAX = 16;
const NAME_PATTERN = /^[a-z][a-z0-9_-]{0,31}$/;

/** Names the installation, not the machine: for browsers and containers. It lives as long as the storage does. */
export const installFingerprint: FingerprintProvider = async ({ storage }) => ({
  install: await installId(storage),
});

/** An id made once and kept in storage. */
export async function installId(storage: StateStorage): Promise<string> {
  return (await readOrAddDocument(storage, INSTALL_ID, async () => ({ id: randomText() }))).id;
}

/** Asks `provider` and hashes what it says with `salt`, so that the same machine looks different to every product. */
export async function takeFingerprint(
  provider: FingerprintProvider,
  storage: StateStorage,
  salt: string,
): Promise<Fingerprint> {
  const raw = Object.entries(await provider({ storage }));
  if (raw.length === 0 || raw.length > COMPONENTS_MAX || raw.some(([name]) => !NAME_PATTERN.test(name))) {
    throw configurationInvalid(
      `A fingerprint must be 1 to ${COMPONENTS_MAX} components, each named like ${NAME_PATTERN.source}.`,
    );
  }
  const key = await crypto.subtle.importKey("raw", utf8(salt), { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
  ]);
  const hashed = raw.map(async ([name, value]) => {
    const digest = await crypto.subtle.sign("HMAC", key, utf8(`${name}=${value}`));
    return [name, toBase64url(new Uint8Array(digest))] as const;
  });
  return fingerprintOf(Object.fromEntries(await Promise.all(hashed)));
}

/** A fingerprint by its components, hashed already. */
export async function fingerprintOf(components: Fingerprint["components"]): Promise<Fingerprint> {
  return { components, digest: await sha256(fingerprintText(components)) };
}

/**
 * Lets a device pass that is as it was in at least `match` components: a new disk need not be a new device.
 *
 * @throws SignetError `token_invalid` with reason `fingerprint`, whose `detail` counts them.
 */
export function assertSameDevice(match: number, before: Fingerprint, now: Fingerprint): void {
  const names = Object.keys(before.components);
  const same = names.filter((name) => before.components[name] === now.components[name]).length;
  if (same >= match) return;
  throw new SignetError("token_invalid", {
    reason: "fingerprint",
    detail: `Of the ${names.length} fingerprint components at activation ${same} are unchanged; ${match} must be.`,
  });
}
