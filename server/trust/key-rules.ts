import type { KeyUse } from "#sdk/wire.ts";
import { type KeyChange, mayBecome, type RotationRule, verifiesUntil } from "#server/domain/signing-key.ts";
import { DAY_MS } from "./bundle.ts";
import type { StoredKey } from "./trust-store.ts";

/** License certificates are kept for years, so their key and the root outlive every other. */
export const KEY_DAYS: Readonly<Record<KeyUse | "root", number>> = {
  root: 20 * 365,
  license: 20 * 365,
  activation: 3 * 365,
  lease: 3 * 365,
  ticket: 3 * 365,
  receipt: 3 * 365,
};

/** A bundle is good for this long, unless the root is offline and somebody must carry each one to it and back. */
export const BUNDLE_DAYS = 30;
/** Clients that are not told of a new bundle look for one when theirs ends, so a key is listed for as long before it signs. */
const LEAD_DAYS_MAX = 30;

/** A perpetual license's certificate lasts as long as its key: so its successor comes while that is still worth something. */
const REMAINING_MIN_DAYS: Readonly<Record<KeyUse, number>> = {
  license: 10 * 365,
  activation: 400,
  lease: 400,
  ticket: 400,
  receipt: 400,
};
/** Seats are let or lent for a year at most; every other token may last until its key's own end (offline use, receipts). */
const LONGEST_TOKEN_DAYS: Partial<Record<KeyUse, number>> = { lease: 366 };

export function rotationRule(use: KeyUse, bundleDays: number): RotationRule {
  const longest = LONGEST_TOKEN_DAYS[use];
  return {
    leadMs: Math.min(bundleDays, LEAD_DAYS_MAX) * DAY_MS,
    remainingMinMs: REMAINING_MIN_DAYS[use] * DAY_MS,
    longestTokenMs: longest === undefined ? null : longest * DAY_MS,
  };
}

/** The keys as they are after the changes; one that has signed its last loses its private part. */
export function changeKeys(
  keys: readonly StoredKey[],
  changes: readonly KeyChange[],
  now: Date,
): StoredKey[] {
  const targets = new Map(changes.map(({ kid, to }) => [kid, to]));
  return keys.map((key) => {
    const to = targets.get(key.kid);
    if (to === undefined || to === key.status) return key;
    if (!mayBecome(key.status, to)) throw new Error(`The ${key.status} key ${key.kid} cannot become ${to}.`);
    if (to === "active") return { ...key, status: to };
    const rule = rotationRule(key.use, BUNDLE_DAYS);
    const notAfter = to === "retired" ? verifiesUntil(key, rule, now) : key.notAfter;
    return { ...key, status: to, notAfter, endedAt: key.endedAt ?? now, privateCipher: null };
  });
}
