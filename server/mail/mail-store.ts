import type { Prisma } from "#prisma/generated/client.ts";

type Tx = Prisma.TransactionClient;

/** False, with nothing written, when there is one with its dedupe key. */
export async function insertMail(tx: Tx, data: Prisma.MailUncheckedCreateInput): Promise<boolean> {
  const { count } = await tx.mail.createMany({ data, skipDuplicates: true });
  return count === 1;
}

export interface Claim {
  readonly tenantId: string;
  readonly id: string;
  readonly template: string;
  readonly recipient: string;
  readonly payloadCipher: Uint8Array;
  readonly expiresAt: Date;
  /** The attempt that this claim is for. */
  readonly attempts: number;
  readonly correlationId: string;
}

/**
 * Takes the next mail that is due, for nobody else to send until `until`. Each claim is an attempt: one whose worker dies is
 * counted, because it may have been sent.
 */
export async function claimMail(
  tx: Tx,
  tenantId: string,
  { now, until }: { readonly now: Date; readonly until: Date },
): Promise<Claim | undefined> {
  const [claim] = await tx.$queryRaw<Claim[]>`
    UPDATE mail SET attempts = attempts + 1, claimed_until = ${until}::timestamptz
     WHERE tenant_id = ${tenantId}::uuid AND id = (
       SELECT m.id FROM mail m
        WHERE m.tenant_id = ${tenantId}::uuid AND m.next_attempt_at <= ${now}::timestamptz AND m.expires_at > ${now}::timestamptz
          AND (m.claimed_until IS NULL OR m.claimed_until <= ${now}::timestamptz)
        ORDER BY m.next_attempt_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
    RETURNING tenant_id AS "tenantId", id, template, recipient, payload_cipher AS "payloadCipher", expires_at AS "expiresAt",
              attempts, correlation_id AS "correlationId"`;
  return claim;
}

/** What an attempt came to; one that another attempt has followed since says only whether the mail was sent. */
export async function endAttempt(
  tx: Tx,
  { tenantId, id, attempts }: Pick<Claim, "tenantId" | "id" | "attempts">,
  outcome:
    | { readonly status: "sent" | "failed"; readonly endedAt: Date; readonly error: string | null }
    | { readonly status: "pending"; readonly nextAttemptAt: Date; readonly error: string },
): Promise<void> {
  const ended = outcome.status === "pending" ? {} : { payloadCipher: null, nextAttemptAt: null };
  const unlessFollowed = outcome.status === "sent" ? {} : { attempts };
  await tx.mail.updateMany({
    where: { tenantId, id, status: "pending", ...unlessFollowed },
    data: { ...outcome, ...ended, claimedUntil: null },
  });
}

/** Ends what nobody is served by any more; returns how many. */
export async function expireMails(tx: Tx, tenantId: string, now: Date): Promise<number> {
  const { count } = await tx.mail.updateMany({
    where: {
      tenantId,
      status: "pending",
      expiresAt: { lte: now },
      OR: [{ claimedUntil: null }, { claimedUntil: { lte: now } }],
    },
    data: { status: "expired", payloadCipher: null, nextAttemptAt: null, claimedUntil: null, endedAt: now },
  });
  return count;
}

export async function isAnyDue(tx: Tx, tenantId: string, now: Date): Promise<boolean> {
  const due = await tx.mail.findFirst({
    where: { tenantId, nextAttemptAt: { lte: now } },
    select: { id: true },
  });
  return due !== null;
}

/** Those that wait to be sent and still serve somebody, newest first. */
export function listPending(tx: Tx, tenantId: string, now: Date, limit: number) {
  return tx.mail.findMany({
    where: { tenantId, status: "pending", expiresAt: { gt: now } },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: limit,
  });
}
