import { Prisma } from "#prisma/generated/client.ts";
import type { Position } from "./page.ts";
import type { Tx } from "./ports.ts";
import type { AskingDevice } from "./ports-offline.ts";

/** What is told of a license on whose behalf a file came. */
const LICENSE = {
  customer: { select: { id: true, name: true } },
  product: { select: { code: true, name: true, keyPrefix: true } },
  policy: { select: { name: true } },
} as const satisfies Prisma.LicenseInclude;

/** A customer brings files for its own licenses only; whatever is another's is not found. */
interface Owner {
  readonly tenantId: string;
  readonly customerId?: string | undefined;
}

export type DeskLicense = NonNullable<Awaited<ReturnType<typeof findLicenseByKey>>>;

function ownedBy({ tenantId, customerId }: Owner) {
  return { tenantId, ...(customerId === undefined ? {} : { customerId }) };
}

export function findLicenseByKey(tx: Tx, owner: Owner, keyHash: Uint8Array<ArrayBuffer>) {
  return tx.license.findFirst({ where: { ...ownedBy(owner), keyHash }, include: LICENSE });
}

export function findLicense(tx: Tx, owner: Owner, id: string) {
  return tx.license.findFirst({ where: { ...ownedBy(owner), id }, include: LICENSE });
}

/** The device, if it is on one of the owner's licenses. */
export function findDevice(tx: Tx, owner: Owner, id: string) {
  return tx.activation.findFirst({
    where: { tenantId: owner.tenantId, id, license: ownedBy(owner) },
    include: { license: { include: LICENSE } },
  });
}

/** Newest first: the licenses that a code can be typed for. */
export function listOfflineLicenses(tx: Tx, owner: Owner, limit: number) {
  return tx.license.findMany({
    where: {
      ...ownedBy(owner),
      revokedAt: null,
      suspendedAt: null,
      effective: { path: ["offlineAllowed"], equals: true },
    },
    orderBy: [{ issuedAt: "desc" }, { id: "desc" }],
    take: limit,
    include: LICENSE,
  });
}

/** The live device of the license that the one asking counts as, by the license's rule. */
export async function findKnownDevice(
  tx: Tx,
  tenantId: string,
  { id, effective }: Pick<DeskLicense, "id" | "effective">,
  { fingerprint, components }: AskingDevice,
): Promise<{ readonly id: string; readonly name: string } | undefined> {
  const [known] = await tx.$queryRaw<{ id: string; name: string }[]>`
    SELECT a.id, a.name
      FROM activation a
     CROSS JOIN LATERAL (
       SELECT count(*) AS shared FROM unnest(a.components) c WHERE c = ANY (${components}::text[])) alike
     WHERE a.tenant_id = ${tenantId}::uuid AND a.license_id = ${id}::uuid AND a.live_fingerprint IS NOT NULL
       AND (a.live_fingerprint = ${fingerprint}
            OR ${JSON.stringify(effective)}::jsonb->'fingerprintMatch' <> '"all"'
               AND alike.shared >= fingerprint_components_required(
                     ${JSON.stringify(effective)}::jsonb->'fingerprintMatch', ${components.length}::integer))
     ORDER BY (a.live_fingerprint = ${fingerprint}) DESC, alike.shared DESC, a.created_at, a.id LIMIT 1`;
  return known;
}

/** What became of a request before, if it was ever decided. */
export function findExchange(tx: Tx, tenantId: string, { thumbprint, nonce }: AskingDevice) {
  return tx.offlineExchange.findUnique({
    where: { tenantId_deviceThumbprint_nonce: { tenantId, deviceThumbprint: thumbprint, nonce } },
  });
}

export interface ExchangeRow {
  readonly deviceThumbprint: string;
  readonly nonce: string;
  readonly activationId: string;
  readonly licenseId: string;
  readonly keyPrefix: string;
  readonly keyHint: string;
  readonly productName: string;
  readonly device: string | null;
  readonly platform: string | null;
  readonly activatedAt: Date;
  /** Null: it was decided, and a server ended before it could answer. */
  readonly answeredAt: Date | null;
  readonly isLive: boolean;
}

/** Newest first; one row more than a page. */
export function listExchanges(
  tx: Tx,
  { tenantId, customerId }: Owner,
  query: {
    readonly licenseId?: string | undefined;
    readonly before?: Position | undefined;
    readonly limit: number;
  },
): Promise<ExchangeRow[]> {
  const { licenseId, before, limit } = query;
  return tx.$queryRaw<ExchangeRow[]>`
    SELECT x.device_thumbprint AS "deviceThumbprint", x.nonce, x.activation_id AS "activationId", l.id AS "licenseId",
           p.key_prefix AS "keyPrefix", l.key_hint AS "keyHint", p.name AS "productName", a.name AS device, a.platform,
           x.activated_at AS "activatedAt", x.answered_at AS "answeredAt", a.live_fingerprint IS NOT NULL AS "isLive"
      FROM license l
      JOIN offline_exchange x ON x.tenant_id = l.tenant_id AND x.license_id = l.id
      JOIN product p ON p.tenant_id = l.tenant_id AND p.id = l.product_id
      LEFT JOIN activation a ON a.tenant_id = x.tenant_id AND a.id = x.activation_id
     WHERE l.tenant_id = ${tenantId}::uuid
       ${customerId === undefined ? Prisma.empty : Prisma.sql`AND l.customer_id = ${customerId}::uuid`}
       ${licenseId === undefined ? Prisma.empty : Prisma.sql`AND l.id = ${licenseId}::uuid`}
       ${before === undefined ? Prisma.empty : Prisma.sql`AND (x.activated_at, x.activation_id) < (${before.at}::timestamptz, ${before.id}::uuid)`}
     ORDER BY x.activated_at DESC, x.activation_id DESC LIMIT ${limit + 1}`;
}

export function findExchangeOwner(tx: Tx, tenantId: string, deviceThumbprint: string, nonce: string) {
  return tx.offlineExchange.findUnique({
    where: { tenantId_deviceThumbprint_nonce: { tenantId, deviceThumbprint, nonce } },
    select: { licenseId: true, activationId: true },
  });
}

/** What is left on the meters that a request wants credits of, and how they are called. */
export function readBalances(tx: Tx, tenantId: string, licenseId: string, meters: readonly string[]) {
  return tx.account.findMany({
    where: { tenantId, licenseId, meter: { code: { in: [...meters] } } },
    include: { meter: { select: { code: true, name: true, unit: true } } },
  });
}

/** Which meter each of these tickets spends from, of one device only. */
export function readTickets(tx: Tx, tenantId: string, activationId: string, ids: readonly string[]) {
  return tx.ticket.findMany({
    where: { tenantId, activationId, id: { in: [...new Set(ids)] } },
    select: {
      id: true,
      account: { select: { meter: { select: { code: true, name: true, unit: true } } } },
    },
  });
}

/** How far a device's journal is recorded. */
export async function journalHead(tx: Tx, tenantId: string, activationId: string, deviceThumbprint: string) {
  const last = await tx.offlineJournalEntry.findFirst({
    where: { tenantId, activationId, deviceThumbprint },
    orderBy: { entry: "desc" },
    select: { entry: true, hash: true },
  });
  return { entry: last?.entry ?? 0, hash: last?.hash ?? null };
}
