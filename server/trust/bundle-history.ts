import { inflateRawSync } from "node:zlib";
import { decodeProtectedHeader } from "jose";
import type { KeyUse, TrustBundleClaims } from "#sdk/wire.ts";
import type { Tx } from "./publisher.ts";
import * as store from "./trust-store.ts";

/** What became of a key between one bundle and the next. */
export interface BundleKeyChange {
  readonly use: KeyUse;
  readonly kid: string;
  readonly became: "announced" | "active" | "retired" | "compromised" | "unlisted";
}

/** How a bundle differs from the one before it; nothing but its dates where it was only signed anew. */
export interface BundleChanges {
  readonly keys: readonly BundleKeyChange[];
  readonly licensesRevoked: number;
  readonly activationsRevoked: number;
  /** Another root key signed it. */
  readonly rootChanged: boolean;
}

type Facts = Pick<TrustBundleClaims, "keys" | "revocations"> & { readonly root: string };

/** `before` is undefined for the first bundle, whose keys are all new. */
export function bundleChanges(before: Facts | undefined, now: Facts): BundleChanges {
  const known = new Map(before?.keys.map((key) => [key.kid, key]));
  const listed = new Set(now.keys.map(({ kid }) => kid));
  const given = new Set(now.revocations.keys);
  const moved = now.keys
    .filter(({ kid, status }) => known.get(kid)?.status !== status)
    .map(({ use, kid, status }): BundleKeyChange => ({ use, kid, became: status }));
  const gone = [...known.values()]
    .filter(({ kid }) => !listed.has(kid))
    .map(
      ({ use, kid }): BundleKeyChange => ({ use, kid, became: given.has(kid) ? "compromised" : "unlisted" }),
    );
  return {
    keys: [...moved, ...gone],
    licensesRevoked: now.revocations.licenses.count - (before?.revocations.licenses.count ?? 0),
    activationsRevoked: now.revocations.activations.length - (before?.revocations.activations.length ?? 0),
    rootChanged: before !== undefined && before.root !== now.root,
  };
}

/** A tenant's bundles, newest first, each with what it changed; those before `seq`, where that is given. */
export async function bundleHistory(
  tx: Tx,
  tenantId: string,
  { before, limit }: { readonly before?: number | undefined; readonly limit: number },
) {
  // One more, to compare the last one shown with; where the first bundle is shown there is none.
  const rows = await store.readBundles(tx, tenantId, { before, limit: limit + 1 });
  const items = rows.slice(0, limit).map(({ seq, jws, issuedAt, expiresAt }, index) => {
    const previous = rows[index + 1];
    const changes = bundleChanges(previous && factsOf(previous.jws), factsOf(jws));
    return { seq, issuedAt, expiresAt, ...changes };
  });
  return { items, nextBefore: rows.length > limit ? (items.at(-1)?.seq ?? null) : null };
}

/** Of our own row, which is not verified here. */
function factsOf(jws: string): Facts {
  const [, payload = ""] = jws.split(".");
  const claims: TrustBundleClaims = JSON.parse(inflateRawSync(Buffer.from(payload, "base64url")).toString());
  return { ...claims, root: decodeProtectedHeader(jws).kid ?? "" };
}
