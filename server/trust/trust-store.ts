import type { Prisma, RootTransition, SigningKey, TrustDraft } from "#prisma/generated/client.ts";
import type { KeyChange } from "#server/domain/signing-key.ts";
import type { WorkingKey } from "./bundle.ts";

type Tx = Prisma.TransactionClient;

/** A working key with its sealed private part; null when that is gone. */
export type StoredKey = WorkingKey & Pick<SigningKey, "id" | "privateCipher" | "announcedAt" | "endedAt">;

/** The root is kept apart from the working keys everywhere: it signs bundles, never tokens. */
export async function readRootKey(tx: Tx, tenantId: string): Promise<SigningKey> {
  return tx.signingKey.findFirstOrThrow({ where: { tenantId, use: "root", status: "active" } });
}

export async function readWorkingKeys(tx: Tx, tenantId: string): Promise<StoredKey[]> {
  const rows = await tx.signingKey.findMany({
    where: { tenantId, use: { not: "root" } },
    orderBy: [{ createdAt: "asc" }, { id: "asc" }],
  });
  return rows.flatMap(({ use, ...row }) => (use === "root" ? [] : [{ ...row, use }]));
}

export async function readKey(tx: Tx, tenantId: string, kid: string): Promise<SigningKey> {
  return tx.signingKey.findUniqueOrThrow({ where: { tenantId_kid: { tenantId, kid } } });
}

export async function insertKey(tx: Tx, key: Prisma.SigningKeyUncheckedCreateInput): Promise<void> {
  await tx.signingKey.create({ data: key });
}

/** Writes what has changed of a key. One that signs no more goes before the one that follows it: only one may be active. */
export async function updateKeys(
  tx: Tx,
  tenantId: string,
  changed: readonly Pick<StoredKey, "id" | "status" | "notAfter" | "endedAt" | "privateCipher">[],
): Promise<void> {
  for (const key of changed.toSorted(
    (a, b) => Number(a.status === "active") - Number(b.status === "active"),
  )) {
    const { id, status, notAfter, endedAt } = key;
    // Only ever erased: a key in force keeps its private part as it is.
    const erased = key.privateCipher === null ? { privateCipher: null } : {};
    await tx.signingKey.update({
      where: { tenantId_id: { tenantId, id } },
      data: { status, notAfter, endedAt, ...erased },
    });
  }
}

export async function putRootPrivate(
  tx: Tx,
  { tenantId, id }: Pick<SigningKey, "tenantId" | "id">,
  privateCipher: Uint8Array<ArrayBuffer> | null,
): Promise<void> {
  await tx.signingKey.update({ where: { tenantId_id: { tenantId, id } }, data: { privateCipher } });
}

/** Dates the keys that a bundle lists for the first time. */
export async function markAnnounced(tx: Tx, tenantId: string, at: Date): Promise<void> {
  await tx.signingKey.updateMany({
    where: { tenantId, status: "announced", announcedAt: null },
    data: { announcedAt: at },
  });
}

/** Locks the tenant's state, so that bundles are numbered one after the other. */
export async function lockTrustSeq(tx: Tx, tenantId: string): Promise<number> {
  const rows = await tx.$queryRaw<{ trust_seq: number }[]>`
    SELECT trust_seq FROM tenant_state WHERE tenant_id = ${tenantId}::uuid FOR UPDATE`;
  return rows[0]?.trust_seq ?? 0;
}

export async function readTrustSeq(tx: Tx, tenantId: string): Promise<number> {
  const { trustSeq } = await tx.tenantState.findUniqueOrThrow({ where: { tenantId } });
  return trustSeq;
}

export async function readBundleDays(tx: Tx, tenantId: string): Promise<number> {
  const { bundleDays } = await tx.tenantState.findUniqueOrThrow({ where: { tenantId } });
  return bundleDays;
}

export async function setBundleDays(tx: Tx, tenantId: string, bundleDays: number): Promise<void> {
  await tx.tenantState.update({ where: { tenantId }, data: { bundleDays } });
}

export async function readBundle(tx: Tx, tenantId: string, seq: number) {
  return tx.trustBundle.findUnique({ where: { tenantId_seq: { tenantId, seq } } });
}

/** Newest first. */
export async function readBundles(
  tx: Tx,
  tenantId: string,
  { before, limit }: { readonly before?: number | undefined; readonly limit: number },
) {
  return tx.trustBundle.findMany({
    where: { tenantId, ...(before === undefined ? {} : { seq: { lt: before } }) },
    orderBy: { seq: "desc" },
    take: limit,
  });
}

/** The bundle in force. */
export async function readCurrentBundle(tx: Tx, tenantId: string) {
  return tx.trustBundle.findFirst({ where: { tenantId }, orderBy: { seq: "desc" } });
}

export async function insertBundle(
  tx: Tx,
  bundle: { tenantId: string; seq: number; jws: string; hash: string; issuedAt: Date; expiresAt: Date },
): Promise<void> {
  await tx.trustBundle.create({ data: bundle });
  await tx.tenantState.update({ where: { tenantId: bundle.tenantId }, data: { trustSeq: bundle.seq } });
}

/** The transitions that lead to a root key, the oldest first; none beyond a root that nothing leads to. */
export async function readTransitions(tx: Tx, tenantId: string, rootX: string): Promise<RootTransition[]> {
  const rows = await tx.rootTransition.findMany({ where: { tenantId }, orderBy: { seq: "desc" } });
  const chain: RootTransition[] = [];
  let to = rootX;
  for (const row of rows) {
    if (row.toX !== to) continue;
    chain.unshift(row);
    to = row.fromX;
  }
  return chain;
}

export async function insertTransition(tx: Tx, transition: RootTransition): Promise<void> {
  await tx.rootTransition.create({ data: transition });
}

export interface Draft extends Omit<TrustDraft, "changes"> {
  readonly changes: readonly KeyChange[];
}

export async function readDraft(tx: Tx, tenantId: string): Promise<TrustDraft | null> {
  return tx.trustDraft.findUnique({ where: { tenantId } });
}

export async function putDraft(tx: Tx, { tenantId, changes, ...draft }: Draft): Promise<void> {
  const data = { ...draft, changes: changes.map(({ kid, to }) => ({ kid, to })) };
  await tx.trustDraft.upsert({ where: { tenantId }, create: { tenantId, ...data }, update: data });
}

export async function readRevocations(tx: Tx, tenantId: string) {
  const licenses = await tx.license.findMany({
    where: { tenantId, revokedAt: { not: null } },
    select: { statusIndex: true },
  });
  const activations = await tx.activation.findMany({
    where: { tenantId, revokedAt: { not: null } },
    select: { id: true },
    orderBy: { id: "asc" },
  });
  return {
    revokedStatusIndexes: licenses.map((license) => license.statusIndex),
    revokedActivationIds: activations.map((activation) => activation.id),
  };
}
