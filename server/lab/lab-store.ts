import type { Tx } from "../authority/ports.ts";
import type { StepResult } from "./runner.ts";
import type { ScenarioName } from "./scenarios.ts";

export type RunOutcome = "passed" | "failed" | "stopped";

/** Waits for whoever else begins a run, or changes anything that is audited, so that what a run needs is made once. */
export async function lockTenant(tx: Tx, tenantId: string): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM tenant_state WHERE tenant_id = ${tenantId}::uuid FOR NO KEY UPDATE`;
}

/** Ends runs whose server has died, and says which licenses they had. */
export async function endOrphans(tx: Tx, tenantId: string, name: ScenarioName, now: Date | null) {
  const orphans = await tx.$queryRaw<{ licenseId: string }[]>`
    UPDATE lab_run SET ended_at = coalesce(${now}::timestamptz, now()), outcome = 'stopped'
     WHERE tenant_id = ${tenantId}::uuid AND scenario = ${name}::lab_scenario AND ended_at IS NULL
       AND lease_until < coalesce(${now}::timestamptz, now())
    RETURNING license_id AS "licenseId"`;
  return orphans.map(({ licenseId }) => licenseId);
}

/** False: one is running. */
export async function insertRun(
  tx: Tx,
  tenantId: string,
  run: {
    readonly id: string;
    readonly name: ScenarioName;
    readonly licenseId: string;
    readonly startedBy: string;
    /** Whoever watches it from the beginning. */
    readonly watcher: string;
    readonly leaseMs: number;
  },
  now: Date | null,
): Promise<boolean> {
  const inserted = await tx.$queryRaw<unknown[]>`
    INSERT INTO lab_run (tenant_id, id, scenario, license_id, started_by, started_at, lease_until, steps, watchers)
    SELECT ${tenantId}::uuid, ${run.id}::uuid, ${run.name}::lab_scenario, ${run.licenseId}::uuid, ${run.startedBy}::uuid, t.now,
           t.now + ${run.leaseMs} * interval '1 millisecond', '[]',
           jsonb_build_object(${run.watcher}::text, t.now + ${run.leaseMs} * interval '1 millisecond')
      FROM (SELECT coalesce(${now}::timestamptz, now()) AS now) AS t
    ON CONFLICT (tenant_id, scenario) WHERE ended_at IS NULL DO NOTHING
    RETURNING id`;
  return inserted.length > 0;
}

/** Whether it is still this server's, and anybody watches; it then stays so for another while. */
export async function renewLease(
  tx: Tx,
  tenantId: string,
  id: string,
  leaseMs: number,
  now: Date | null,
): Promise<boolean> {
  const [run] = await tx.$queryRaw<{ isWatched: boolean }[]>`
    UPDATE lab_run SET lease_until = coalesce(${now}::timestamptz, now()) + ${leaseMs} * interval '1 millisecond'
     WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid AND ended_at IS NULL
    RETURNING EXISTS (SELECT FROM jsonb_each_text(watchers) w
                       WHERE w.value::timestamptz >= coalesce(${now}::timestamptz, now())) AS "isWatched"`;
  return run?.isWatched ?? false;
}

interface Watcher {
  /** A page that follows a run. */
  readonly watcher: string;
  readonly leaseMs: number;
}

/** Follows the run under way of a scenario, if there is one that is not being stopped. */
export async function joinRun(
  tx: Tx,
  tenantId: string,
  name: ScenarioName,
  { watcher, leaseMs }: Watcher,
  now: Date | null,
): Promise<string | undefined> {
  const [run] = await tx.$queryRaw<{ id: string }[]>`
    UPDATE lab_run
       SET watchers = watchers || jsonb_build_object(
             ${watcher}::text, coalesce(${now}::timestamptz, now()) + ${leaseMs} * interval '1 millisecond')
     WHERE tenant_id = ${tenantId}::uuid AND scenario = ${name}::lab_scenario AND ended_at IS NULL
       AND lease_until >= coalesce(${now}::timestamptz, now()) AND watchers <> '{}'
    RETURNING id`;
  return run?.id;
}

/** Goes on following; nothing for a page that was sent away. */
export async function keepWatching(
  tx: Tx,
  tenantId: string,
  id: string,
  { watcher, leaseMs }: Watcher,
  now: Date | null,
): Promise<void> {
  await tx.$executeRaw`
    UPDATE lab_run
       SET watchers = watchers || jsonb_build_object(
             ${watcher}::text, coalesce(${now}::timestamptz, now()) + ${leaseMs} * interval '1 millisecond')
     WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid AND ended_at IS NULL AND jsonb_exists(watchers, ${watcher})`;
}

export async function leaveRun(tx: Tx, tenantId: string, id: string, watcher: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE lab_run SET watchers = watchers - ${watcher}::text
     WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid AND ended_at IS NULL`;
}

/** Sends everybody away who follows a scenario's run, which ends it. Returns the run. */
export async function dismissWatchers(
  tx: Tx,
  tenantId: string,
  name: ScenarioName,
): Promise<string | undefined> {
  const [run] = await tx.$queryRaw<{ id: string }[]>`
    UPDATE lab_run SET watchers = '{}'
     WHERE tenant_id = ${tenantId}::uuid AND scenario = ${name}::lab_scenario AND ended_at IS NULL
    RETURNING id`;
  return run?.id;
}

/** What whoever follows is told next. */
export async function saveSteps(
  tx: Tx,
  tenantId: string,
  id: string,
  steps: readonly StepResult[],
): Promise<void> {
  await tx.$executeRaw`
    UPDATE lab_run SET steps = ${JSON.stringify(steps)}::jsonb
     WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid AND ended_at IS NULL`;
}

/** How far a run is, for who follows it. */
export async function readRun(tx: Tx, tenantId: string, id: string, now: Date | null) {
  const [run] = await tx.$queryRaw<
    { outcome: RunOutcome | null; why: string | null; steps: unknown; isRunning: boolean }[]
  >`
    SELECT outcome, why, steps,
           ended_at IS NULL AND lease_until >= coalesce(${now}::timestamptz, now()) AS "isRunning"
      FROM lab_run WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid`;
  return run;
}

/** Ends it, unless somebody else has. */
export async function endRun(
  tx: Tx,
  tenantId: string,
  id: string,
  {
    outcome,
    why,
    steps,
  }: { readonly outcome: RunOutcome; readonly why?: string; readonly steps: readonly StepResult[] },
  now: Date | null,
): Promise<void> {
  await tx.$executeRaw`
    UPDATE lab_run SET ended_at = coalesce(${now}::timestamptz, now()), outcome = ${outcome}::lab_outcome,
           steps = ${JSON.stringify(steps)}::jsonb, why = ${why ?? null}
     WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid AND ended_at IS NULL`;
}

/** The latest of a scenario, and whether it runs. */
export async function findLatest(tx: Tx, tenantId: string, name: ScenarioName, now: Date | null) {
  const [latest] = await tx.$queryRaw<
    {
      startedAt: Date;
      startedBy: string | null;
      endedAt: Date | null;
      outcome: RunOutcome | null;
      steps: unknown;
      isRunning: boolean;
    }[]
  >`
    SELECT started_at AS "startedAt", (SELECT name FROM "user" u WHERE u.id = started_by) AS "startedBy", ended_at AS "endedAt",
           outcome, steps, ended_at IS NULL AND lease_until >= coalesce(${now}::timestamptz, now()) AS "isRunning"
      FROM lab_run WHERE tenant_id = ${tenantId}::uuid AND scenario = ${name}::lab_scenario
     ORDER BY started_at DESC, id DESC LIMIT 1`;
  return latest;
}

export function findLabProduct(tx: Tx, tenantId: string, code: string) {
  return tx.product.findUnique({
    where: { tenantId_code: { tenantId, code } },
    include: { policies: { include: { versions: { orderBy: { number: "desc" }, take: 1 } } } },
  });
}

/** From now on it is shown nowhere where a vendor looks for their own, and counted in no figure. */
export async function markProduct(tx: Tx, tenantId: string, id: string): Promise<void> {
  await tx.product.update({ where: { tenantId_id: { tenantId, id } }, data: { lab: true } });
}

export function findCustomer(tx: Tx, tenantId: string, name: string) {
  return tx.customer.findUnique({ where: { tenantId_name: { tenantId, name } } });
}

export async function markCustomer(tx: Tx, tenantId: string, id: string): Promise<void> {
  await tx.customer.update({ where: { tenantId_id: { tenantId, id } }, data: { lab: true } });
}
