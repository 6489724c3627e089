import { SignetError } from "./errors.ts";
import type { TrustBundle } from "./trust-bundle.ts";
import type { ActivationClaims, LicenseClaims } from "./wire.ts";

const DAY_SECONDS = 86_400;

/** A license's signed rule about how old the trust bundle of a machine without a network may be. */
type OfflineRule = LicenseClaims["offline"];

/**
 * When the trust bundle on this machine will be too old for a license, in seconds; undefined: its rule sets no such time.
 *
 * It is as old as the latest signature that says it was in force: the root's own, or that of an activation token which names this
 * bundle or one before it.
 */
export function snapshotEnd(
  rule: OfflineRule,
  { iat, trust }: Pick<ActivationClaims, "iat" | "trust">,
  bundle: Pick<TrustBundle, "seq" | "issuedAt">,
): number | undefined {
  if (!rule.allowed || rule.trustMaxAgeDays === null) return undefined;
  const inForceAt = bundle.seq === trust ? Math.max(bundle.issuedAt, iat) : bundle.issuedAt;
  return inForceAt + rule.trustMaxAgeDays * DAY_SECONDS;
}

/** @throws SignetError `trust_snapshot_stale` once that time has come. */
export function assertSnapshotFresh(until: number | undefined, now: number): void {
  if (until === undefined || now < until * 1000) return;
  const detail = `It was good until ${new Date(until * 1000).toISOString()}.`;
  throw new SignetError("trust_snapshot_stale", { detail });
}
