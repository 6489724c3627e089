import type { Prisma } from "#prisma/generated/client.ts";
import type { LicenseStatus } from "../domain/license-state.ts";
import type { PolicyOverrides, PolicyRules } from "../domain/policy.ts";
import type { Tx } from "./ports.ts";

const DEVICES_SHOWN_MAX = 200;
export const EVENTS_SHOWN_MAX = 200;
/** On the customer's list, of each license. */
const OWN_DEVICES_SHOWN_MAX = 20;

/** Reserves `count` consecutive positions of the status list; returns the first. Locks the tenant's state. */
export async function allocateStatusIndexes(tx: Tx, tenantId: string, count: number): Promise<number> {
  const { nextStatusIndex } = await tx.tenantState.update({
    where: { tenantId },
    data: { nextStatusIndex: { increment: count } },
  });
  return nextStatusIndex - count;
}

export interface LicenseInsert {
  readonly id: string;
  readonly customerId: string;
  readonly productId: string;
  readonly policyId: string;
  readonly policyVersionId: string;
  readonly note: string;
  readonly keyHash: Buffer;
  readonly keyCipher: Uint8Array;
  readonly keyHint: string;
  readonly statusIndex: number;
  readonly overrides: PolicyOverrides;
  readonly effective: PolicyRules;
  readonly validFrom: Date | null;
  readonly expiresAt: Date | null;
  readonly graceUntil: Date | null;
  readonly announcedStatus: LicenseStatus;
}

/** In one statement with one parameter: a list of values for each column of many rows costs many times as much. */
export async function insertLicenses(
  tx: Tx,
  tenantId: string,
  issuedAt: Date,
  rows: readonly LicenseInsert[],
): Promise<void> {
  const written = rows.map((row) => ({
    ...row,
    keyHash: row.keyHash.toString("hex"),
    keyCipher: Buffer.from(row.keyCipher).toString("hex"),
    issuedType: row.effective.type,
    activationsMax: row.effective.activationsMax,
  }));
  await tx.$executeRaw`
    INSERT INTO license (tenant_id, id, customer_id, product_id, policy_id, policy_version_id, note, key_hash, key_cipher,
                         key_hint, status_index, overrides, effective, issued_at, issued_type, valid_from, expires_at,
                         grace_until, updated_at, announced_status, activations_max, activations_ceiling)
    SELECT ${tenantId}::uuid, i.id, i."customerId", i."productId", i."policyId", i."policyVersionId", i.note,
           decode(i."keyHash", 'hex'), decode(i."keyCipher", 'hex'), i."keyHint", i."statusIndex", i.overrides, i.effective,
           ${issuedAt}::timestamptz, i."issuedType", i."validFrom", i."expiresAt", i."graceUntil", ${issuedAt}::timestamptz,
           i."announcedStatus", i."activationsMax", i."activationsMax"
      FROM jsonb_to_recordset(${JSON.stringify(written)}::jsonb)
           AS i (id uuid, "customerId" uuid, "productId" uuid, "policyId" uuid, "policyVersionId" uuid, note text,
                 "keyHash" text, "keyCipher" text, "keyHint" text, "statusIndex" integer, overrides jsonb, effective jsonb,
                 "issuedType" text, "validFrom" timestamptz, "expiresAt" timestamptz, "graceUntil" timestamptz,
                 "announcedStatus" license_status, "activationsMax" integer)`;
}

/** The license, which nobody else changes, and no device joins, until the transaction ends. */
export async function lockLicense(tx: Tx, tenantId: string, id: string) {
  await tx.$queryRaw`
    SELECT id FROM license WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid FOR NO KEY UPDATE`;
  return tx.license.findUnique({
    where: { tenantId_id: { tenantId, id } },
    include: { policyVersion: true, product: { include: { features: true, meters: true } } },
  });
}

export async function updateLicense(
  tx: Tx,
  tenantId: string,
  id: string,
  data: Prisma.LicenseUncheckedUpdateInput,
): Promise<void> {
  await tx.license.update({ where: { tenantId_id: { tenantId, id } }, data });
}

/** All that the license's page shows of it. */
export async function hasLicense(tx: Tx, tenantId: string, id: string): Promise<boolean> {
  return (await tx.license.count({ where: { tenantId, id } })) > 0;
}

export function findLicense(tx: Tx, tenantId: string, id: string) {
  return tx.license.findUnique({
    where: { tenantId_id: { tenantId, id } },
    include: {
      customer: { select: { id: true, name: true } },
      product: { select: { id: true, code: true, name: true, keyPrefix: true } },
      policy: { select: { id: true, code: true, name: true } },
      policyVersion: true,
      activations: {
        orderBy: [{ liveFingerprint: { sort: "asc", nulls: "last" } }, { lastSeenAt: "desc" }],
        take: DEVICES_SHOWN_MAX,
      },
    },
  });
}

export function findLicenseKey(tx: Tx, tenantId: string, id: string) {
  return tx.license.findUnique({ where: { tenantId_id: { tenantId, id } }, select: { keyCipher: true } });
}

export function findActivation(tx: Tx, tenantId: string, licenseId: string, id: string) {
  return tx.activation.findFirst({ where: { tenantId, licenseId, id } });
}

export function listRuntimeEvents(tx: Tx, tenantId: string, licenseId: string) {
  return tx.runtimeEvent.findMany({
    where: { tenantId, licenseId },
    orderBy: { at: "desc" },
    take: EVENTS_SHOWN_MAX,
  });
}

/** The devices in use on these licenses, most recently seen first, a few for each. */
export function listLiveDevices(tx: Tx, tenantId: string, licenseIds: readonly string[]) {
  return tx.$queryRaw<
    { id: string; licenseId: string; name: string; platform: string; createdAt: Date; lastSeenAt: Date }[]
  >`
    SELECT d.id, l.id AS "licenseId", d.name, d.platform, d.created_at AS "createdAt", d.last_seen_at AS "lastSeenAt"
      FROM unnest(${licenseIds}::uuid[]) AS l (id)
     CROSS JOIN LATERAL (
       SELECT * FROM activation a
        WHERE a.tenant_id = ${tenantId}::uuid AND a.license_id = l.id AND a.live_fingerprint IS NOT NULL
        ORDER BY a.last_seen_at DESC LIMIT ${OWN_DEVICES_SHOWN_MAX}) AS d`;
}

/** Meters that the license has a balance on. */
export function countAccounts(tx: Tx, tenantId: string, licenseId: string): Promise<number> {
  return tx.account.count({ where: { tenantId, licenseId } });
}

export async function insertRevocations(
  tx: Tx,
  tenantId: string,
  licenseIds: readonly string[],
  reason: string,
  revokedAt: Date,
): Promise<void> {
  await tx.revocation.createMany({
    data: licenseIds.map((subjectId) => ({ tenantId, kind: "license", subjectId, reason, revokedAt })),
  });
}
