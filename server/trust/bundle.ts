import type { BundleKey, KeyUse, RootTransition, TrustBundleClaims } from "#sdk/wire.ts";
import { publicId } from "#server/domain/ids.ts";
import type { KeyStatus } from "#server/domain/signing-key.ts";
import { revokedIndexes } from "./revoked-indexes.ts";

export const DAY_MS = 86_400_000;

/** A working key, as its row has it. */
export interface WorkingKey {
  readonly use: KeyUse;
  readonly status: KeyStatus;
  readonly kid: string;
  readonly publicX: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

export interface BundleInput {
  readonly tenantId: string;
  readonly seq: number;
  /** Hash of the bundle before this one. */
  readonly previousHash: string | undefined;
  readonly now: Date;
  readonly days: number;
  /** How today's root follows from the ones before it, the oldest first. */
  readonly roots: readonly RootTransition[];
  readonly keys: readonly WorkingKey[];
  readonly revokedStatusIndexes: readonly number[];
  readonly revokedActivationIds: readonly string[];
}

/** What a bundle says, ready to be signed by the root key. */
export function bundleClaims(input: BundleInput): TrustBundleClaims {
  const { tenantId, seq, previousHash, now, keys } = input;
  const tenant = publicId("tenant", tenantId);
  return {
    iss: tenant,
    tenant,
    seq,
    ...(previousHash === undefined ? {} : { prev: previousHash }),
    iat: seconds(now),
    exp: seconds(now) + input.days * 86_400,
    ...(input.roots.length === 0 ? {} : { roots: input.roots }),
    keys: keys.flatMap((key) => bundleKey(key, now)),
    revocations: {
      licenses: revokedIndexes(input.revokedStatusIndexes),
      activations: input.revokedActivationIds.map((id) => publicId("activation", id)),
      keys: keys.filter((key) => key.status === "compromised").map((key) => key.kid),
    },
  };
}

function bundleKey(key: WorkingKey, now: Date): BundleKey[] {
  if (key.status === "destroyed" || key.status === "compromised" || key.notAfter <= now) return [];
  const { status, use, kid } = key;
  return [
    {
      kty: "OKP",
      crv: "Ed25519",
      x: key.publicX,
      kid,
      alg: "EdDSA",
      use,
      status,
      nbf: seconds(key.notBefore),
      exp: seconds(key.notAfter),
    },
  ];
}

/** Whole seconds since 1970, as tokens count. */
export function seconds(at: Date): number {
  return Math.floor(at.getTime() / 1000);
}
