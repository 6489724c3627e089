import type { Prisma, SigningKey } from "#prisma/generated/client.ts";
import type { WorkingKey } from "./bundle.ts";

type Tx = Prisma.TransactionClient;

/** A working key with its sealed private part; null when that is gone. */
export type StoredKey = WorkingKey & Pick<SigningKey, "privateCipher">;

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

export async function readBundle(tx: Tx, tenantId: string, seq: number) {
  return tx.trustBundle.findUnique({ where: { tenantId_seq: { tenantId, seq } } });
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
