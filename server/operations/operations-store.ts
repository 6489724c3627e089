import type { Prisma } from "#prisma/generated/client.ts";
import type { Database } from "../platform/database.ts";

type Tx = Prisma.TransactionClient;

export interface PresentProcess {
  readonly kind: string;
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  readonly startedAt: Date;
  readonly seenAt: Date;
  /** By the database's clock, which all that say so go by. */
  readonly silentSeconds: number;
}

export async function listProcesses({ prisma }: Database): Promise<PresentProcess[]> {
  return prisma.$queryRaw<PresentProcess[]>`
    SELECT kind, host, pid, version, started_at AS "startedAt", seen_at AS "seenAt",
           greatest(0, extract(epoch FROM now() - seen_at))::float8 AS "silentSeconds"
      FROM process_presence ORDER BY kind, host, pid, started_at`;
}

export async function noteRun(
  { prisma }: Database,
  job: string,
  run: { readonly at: Date; readonly failed: boolean; readonly durationMs: number },
): Promise<void> {
  const { at, durationMs } = run;
  const change = run.failed ? { lastFailedAt: at } : { lastDoneAt: at };
  await prisma.jobState.upsert({
    where: { job },
    create: { job, ...change, failuresInRow: run.failed ? 1 : 0, durationMs },
    update: { ...change, failuresInRow: run.failed ? { increment: 1 } : 0, durationMs },
  });
}

export async function noteWaiting(
  { prisma }: Database,
  job: string,
  seen: { readonly waiting: number; readonly waitingSeenAt: Date },
): Promise<void> {
  await prisma.jobState.upsert({ where: { job }, create: { job, ...seen }, update: seen });
}

export async function listJobStates({ prisma }: Database) {
  return prisma.jobState.findMany({ orderBy: { job: "asc" } });
}

/** Facts of the installation that are kept beside its tables: when it was copied, and put back. */
export async function readInstance({ prisma }: Database) {
  return prisma.instance.findFirst({ select: { lastBackupAt: true, restoredAt: true } });
}

/** Whether more than one vendor has an account here. */
export async function isShared({ prisma }: Database): Promise<boolean> {
  return (await prisma.tenant.count({ take: 2 })) > 1;
}

/** What the health of one tenant is told by. */
export interface TenantFacts {
  readonly incidentsOpen: number;
  /** Null: the tenant has no bundle, or no active key. */
  readonly bundleEndsAt: Date | null;
  readonly bundleIssuedAt: Date | null;
  readonly keyEndsAt: Date | null;
  readonly rootCreatedAt: Date | null;
  /** Null: nothing has been computed or told yet. */
  readonly figuresUntil: Date | null;
  readonly toldUntil: Date | null;
  readonly webhooksDue: number;
  readonly mailsFailed: number;
}

/** More due deliveries than this are not counted, so that the look stays cheap however many there are. */
const COUNTED_MAX = 10_000;

export async function readTenantFacts(tx: Tx, tenantId: string, now: Date): Promise<TenantFacts> {
  const [facts] = await tx.$queryRaw<TenantFacts[]>`
    SELECT (SELECT count(*)::int FROM incident WHERE tenant_id = ${tenantId}::uuid AND resolved_at IS NULL) AS "incidentsOpen",
           b.expires_at AS "bundleEndsAt", b.issued_at AS "bundleIssuedAt",
           (SELECT min(not_after) FROM signing_key
             WHERE tenant_id = ${tenantId}::uuid AND status = 'active' AND use <> 'root') AS "keyEndsAt",
           (SELECT min(created_at) FROM signing_key
             WHERE tenant_id = ${tenantId}::uuid AND status = 'active' AND use = 'root') AS "rootCreatedAt",
           (SELECT complete_until FROM rollup_watermark WHERE tenant_id = ${tenantId}::uuid) AS "figuresUntil",
           (SELECT told_until FROM event_relay WHERE tenant_id = ${tenantId}::uuid) AS "toldUntil",
           (SELECT count(*)::int FROM (
              SELECT 1 FROM webhook_delivery WHERE tenant_id = ${tenantId}::uuid AND status = 'pending'
                 AND next_attempt_at <= ${now}::timestamptz LIMIT ${COUNTED_MAX}) d) AS "webhooksDue",
           (SELECT count(*)::int FROM (
              SELECT 1 FROM mail WHERE tenant_id = ${tenantId}::uuid AND status = 'failed'
                 AND created_at > ${now}::timestamptz - interval '1 day' LIMIT ${COUNTED_MAX}) f) AS "mailsFailed"
      FROM (SELECT) one LEFT JOIN LATERAL (
        SELECT expires_at, issued_at FROM trust_bundle
         WHERE tenant_id = ${tenantId}::uuid ORDER BY seq DESC LIMIT 1) b ON true`;
  if (facts === undefined) throw new Error("A query that always has a row had none.");
  return facts;
}

export async function putFigures(
  { prisma }: Database,
  figures: Readonly<Record<string, number>>,
  computedAt: Date,
): Promise<void> {
  await prisma.$transaction(
    Object.entries(figures).map(([name, value]) =>
      prisma.instanceFigure.upsert({
        where: { name },
        create: { name, value, computedAt },
        update: { value, computedAt },
      }),
    ),
  );
}

export async function listFigures({ prisma }: Database) {
  return prisma.instanceFigure.findMany();
}
