import { effectivePolicy, policyRules } from "../domain/policy.ts";
import { trialRoom } from "../domain/trial.ts";
import type { Clock } from "../platform/clock.ts";
import { newUuid } from "../platform/ids.ts";
import type { AuditEntry } from "./audit.ts";
import { findCustomersNamed, holdCustomers, insertMissingCustomers } from "./customer-store.ts";
import { type RowPlan, rowPlan } from "./license-batch-input.ts";
import { insertGrants, type LicenseGrant, timesOf } from "./license-grants.ts";
import { findVersions } from "./policy-store.ts";
import type { TenantCipher, Tx } from "./ports.ts";
import { lockTrial } from "./trial-store.ts";

const TRIAL_REACHED = "The trial’s limits were reached meanwhile.";

interface Step {
  readonly tenantId: string;
  readonly batchId: string;
  /** When validity begins, where a row says nothing else: the same for all rows of a batch. */
  readonly startsAt: Date;
  readonly cipher: TenantCipher;
  readonly clock: Clock;
}

interface StoredRow {
  readonly row: number;
  readonly plan: unknown;
}

export interface StepResult {
  readonly rows: readonly {
    readonly row: number;
    readonly licenseId: string | null;
    readonly refusal: string | null;
  }[];
  readonly customersCreated: number;
  /** Licenses that were there and are not what they were. */
  readonly changed?: readonly string[];
  /** To be recorded last. */
  readonly entries: readonly AuditEntry[];
}

/** Issues what these rows say, and adds the customers that they name and that are not there. */
export async function issueRows(tx: Tx, step: Step, stored: readonly StoredRow[]): Promise<StepResult> {
  const { tenantId, batchId, startsAt } = step;
  const rows = stored.map(({ row, plan }) => ({ row, plan: rowPlan.parse(plan) }));
  const { customerOf, entries: created } = await receivers(
    tx,
    step,
    rows.map(({ plan }) => plan),
  );
  const grantOf = await granting(
    tx,
    tenantId,
    rows.map(({ plan }) => plan),
    startsAt,
  );

  const wanted = rows.flatMap(({ row, plan }) => {
    const customerId = customerOf(plan);
    return customerId === undefined ? [] : [{ row, grant: grantOf(plan, customerId) }];
  });
  const trial = await lockTrial(tx, tenantId);
  const fits = trial === undefined ? wanted : wanted.slice(0, trialRoom(trial, step.clock.now()));
  const beyond = new Set(wanted.slice(fits.length).map(({ row }) => row));
  const { issued, entries } = await insertGrants(
    tx,
    step,
    fits.map(({ grant }) => grant),
    { batchId },
  );
  const licenses = new Map(fits.map(({ row }, index) => [row, issued[index]?.id ?? null]));
  return {
    rows: rows.map(({ row }) => {
      const licenseId = licenses.get(row) ?? null;
      if (licenseId !== null) return { row, licenseId, refusal: null };
      return {
        row,
        licenseId,
        refusal: beyond.has(row) ? TRIAL_REACHED : "The customer was archived meanwhile.",
      };
    }),
    customersCreated: created.length,
    entries: [...created, ...entries],
  };
}

/** Who gets each license, held until the transaction ends; undefined: a customer who was archived since it was planned. */
async function receivers(tx: Tx, { tenantId, clock }: Step, plans: readonly RowPlan[]) {
  const named = new Map(
    plans.flatMap(({ customer }) => ("name" in customer ? [[customer.name, customer.email] as const] : [])),
  );
  const names = [...named.keys()];
  const fresh = new Map(names.map((name) => [newUuid(), name]));
  if (names.length > 0) {
    const there = new Set((await findCustomersNamed(tx, tenantId, names)).map(({ name }) => name));
    const missing = [...fresh].filter(([, name]) => !there.has(name));
    await insertMissingCustomers(
      tx,
      tenantId,
      clock.now(),
      missing.map(([id, name]) => ({ id, name, email: named.get(name) ?? null })),
    );
  }
  const found = names.length === 0 ? [] : await findCustomersNamed(tx, tenantId, names);
  const idOf = new Map(found.map(({ id, name }) => [name, id]));
  const ids = plans.flatMap(({ customer }) => ("id" in customer ? [customer.id] : []));
  const held = await holdCustomers(tx, tenantId, [...new Set([...ids, ...idOf.values()])]);
  const open = new Set(held.flatMap(({ id, archivedAt }) => (archivedAt === null ? [id] : [])));
  return {
    customerOf({ customer }: RowPlan): string | undefined {
      const id = "id" in customer ? customer.id : idOf.get(customer.name);
      return id !== undefined && open.has(id) ? id : undefined;
    },
    entries: found
      .filter(({ id }) => fresh.has(id))
      .map(({ id, name }) => ({
        action: "customer.created",
        subjectKind: "customer",
        subjectId: id,
        before: null,
        after: { name, email: named.get(name) ?? null, note: "" },
      })),
  };
}

/** Policies and rules, put together once for all rows that have the same. */
async function granting(tx: Tx, tenantId: string, plans: readonly RowPlan[], startsAt: Date) {
  const found = await findVersions(tx, tenantId, [...new Set(plans.map(({ versionId }) => versionId))]);
  const versions = new Map(
    found.map((version) => [version.id, { version, rules: policyRules.parse(version.rules) }]),
  );
  const effective = new Map<string, ReturnType<typeof effectivePolicy>["rules"]>();
  return (plan: RowPlan, customerId: string): LicenseGrant => {
    const { versionId, overrides, note } = plan;
    const of = versions.get(versionId);
    if (of === undefined) throw new Error("A published version of a policy is not there.");
    const key = `${versionId} ${JSON.stringify(overrides)}`;
    const rules = effective.get(key) ?? effectivePolicy(of.rules, overrides).rules;
    effective.set(key, rules);
    const starts = plan.startsAt === null ? startsAt : new Date(plan.startsAt);
    const ends = plan.expiresAt === null ? null : new Date(plan.expiresAt);
    const { product } = of.version.policy;
    return {
      customerId,
      product,
      version: of.version,
      note,
      overrides,
      rules,
      times: timesOf(rules, starts, ends),
    };
  };
}
