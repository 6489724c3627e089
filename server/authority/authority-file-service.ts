import { createHash } from "node:crypto";
import {
  type AuthorityPlan,
  type AuthorityState,
  type AuthorityStep,
  planAuthority,
  stateText,
} from "../domain/authority-plan.ts";
import type { Credential } from "../domain/credential.ts";
import { invalidField } from "../domain/errors.ts";
import { publicId } from "../domain/ids.ts";
import { policyDiff } from "../domain/policy-diff.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { newUuid } from "../platform/ids.ts";
import { type Auditable, type AuditEntry, recordAudits } from "./audit.ts";
import { readAuthorityFile, writeAuthorityFile } from "./authority-file.ts";
import { type Account, lockAccount, readAccount } from "./authority-file-store.ts";
import * as policyStore from "./policy-store.ts";
import type { Tx } from "./ports.ts";
import * as productStore from "./product-store.ts";
import { namingTaken } from "./taken.ts";

export interface PlannedAuthority {
  /** Names the account's state that this was planned against. */
  readonly state: string;
  readonly steps: readonly AuthorityStep[];
  readonly missing: readonly string[];
}

const CHANGED = "The account has changed since this was planned; plan again, and look at what it says now.";

/** What a vendor defines as one text, which can be reviewed, kept in version control, and applied to another account. */
export function createAuthorityFiles({ database, clock }: { database: Database; clock: Clock }) {
  return {
    /** The account's products, features, meters and policies as YAML. */
    export: (tenantId: string): Promise<string> =>
      database.withTenant(tenantId, async (tx) =>
        writeAuthorityFile((await readAccount(tx, tenantId)).state),
      ),

    /** What applying the file would do now. Changes nothing. Throws `invalid_request` naming each line that is wrong. */
    async plan(tenantId: string, document: string): Promise<PlannedAuthority> {
      const file = readAuthorityFile(document);
      return database.withTenant(tenantId, async (tx) => {
        const { state } = await readAccount(tx, tenantId);
        return planned(state, acceptable(planAuthority(state, file.state), file));
      });
    },

    /**
     * Does what was planned, all of it or nothing, and records each step with the credential that asked. Throws
     * `invalid_request` where the account is no longer the one that was planned against.
     */
    async apply(
      tenantId: string,
      request: { readonly document: string; readonly state: string; readonly credential: Credential },
    ): Promise<PlannedAuthority> {
      const file = readAuthorityFile(request.document);
      const applying = database.withTenant(tenantId, async (tx) => {
        await lockAccount(tx, tenantId);
        const account = await readAccount(tx, tenantId);
        if (stateOf(account.state) !== request.state) throw invalidField("/state", CHANGED);
        const plan = acceptable(planAuthority(account.state, file.state), file);
        const entries = await perform(tx, tenantId, { account, wanted: file.state, plan, now: clock.now() });
        const { credential } = request;
        const author = { kind: "system", tenantId } as const;
        await recordAudits(
          tx,
          author,
          clock,
          entries.map((entry) => ({ ...entry, after: { ...entry.after, credential: { ...credential } } })),
        );
        const after = entries.length === 0 ? account.state : (await readAccount(tx, tenantId)).state;
        return planned(after, plan);
      });
      // What somebody else created in between has taken the code or the prefix.
      return namingTaken(applying, { code: CHANGED, key_prefix: CHANGED });
    },
  };
}

function planned(state: AuthorityState, { steps, missing }: AuthorityPlan): PlannedAuthority {
  return { state: stateOf(state), steps, missing };
}

function acceptable(plan: AuthorityPlan, file: ReturnType<typeof readAuthorityFile>): AuthorityPlan {
  return plan.problems.length === 0 ? plan : file.refuse(plan.problems);
}

function stateOf(state: AuthorityState): string {
  return createHash("sha256").update(stateText(state)).digest("base64url");
}

type Entry = Omit<AuditEntry, "after"> & { readonly after: Readonly<Record<string, Auditable>> };

/** Takes the steps in order; what it did, for the audit log. */
async function perform(
  tx: Tx,
  tenantId: string,
  {
    account,
    wanted,
    plan,
    now,
  }: { account: Account; wanted: AuthorityState; plan: AuthorityPlan; now: Date },
): Promise<Entry[]> {
  const made = new Map<string, string>();
  const idOf = ({ kind, product, code }: Pick<AuthorityStep, "kind" | "product" | "code">): string => {
    const id = made.get(`${kind} ${product} ${code}`) ?? account.idOf(kind, product, code);
    if (id === undefined) throw new Error(`There is no ${kind} ${code} of ${product}.`);
    return id;
  };
  const entries: Entry[] = [];
  for (const step of plan.steps) {
    const { kind, code, action } = step;
    if (action === "create") made.set(`${kind} ${step.product} ${code}`, newUuid());
    const id = idOf(step);
    const productId = idOf({ kind: "product", product: step.product, code: step.product });
    const told = await take(tx, { tenantId, id, productId, step, wanted, account, now });
    entries.push({ action: `${kind}.${VERBS[action]}`, subjectKind: kind, subjectId: id, ...told });
  }
  return entries;
}

const VERBS: Readonly<Record<AuthorityStep["action"], string>> = {
  create: "created",
  update: "updated",
  restore: "restored",
  publish: "published",
  draft: "draft_saved",
  archive: "archived",
};

interface Taking {
  readonly tenantId: string;
  readonly id: string;
  readonly productId: string;
  readonly step: AuthorityStep;
  readonly wanted: AuthorityState;
  readonly account: Account;
  readonly now: Date;
}

async function take(tx: Tx, taking: Taking): Promise<Pick<Entry, "before" | "after">> {
  const { step, now } = taking;
  const before = Object.fromEntries(step.changes.map(({ path, before: value }) => [path, value]));
  const after = Object.fromEntries(step.changes.map(({ path, after: value }) => [path, value]));
  switch (step.action) {
    case "create":
      await create(tx, taking);
      return { before: null, after: { code: step.code, ...after } };
    case "update":
      await update(tx, taking, after);
      return { before, after };
    case "restore":
    case "archive": {
      const archivedAt = step.action === "archive" ? now : null;
      await update(tx, taking, { archivedAt });
      return { before: null, after: { archivedAt } };
    }
    case "publish":
    case "draft":
      return setRules(tx, taking, before);
  }
}

async function create(tx: Tx, { tenantId, id, productId, step, wanted, now }: Taking): Promise<void> {
  const product = wanted.products[step.product];
  const common = { tenantId, id, code: step.code, createdAt: now };
  if (step.kind === "product" && product !== undefined) {
    const { name, description, keyPrefix } = product;
    return productStore.insertProduct(tx, { ...common, name, description, keyPrefix });
  }
  const feature = step.kind === "feature" ? product?.features[step.code] : undefined;
  if (feature !== undefined) {
    const { name, description, kind } = feature;
    return productStore.insertFeature(tx, { ...common, productId, name, description, kind });
  }
  const meter = step.kind === "meter" ? product?.meters[step.code] : undefined;
  if (meter !== undefined)
    return productStore.insertMeter(tx, { ...common, productId, name: meter.name, unit: meter.unit });
  const policy = step.kind === "policy" ? product?.policies[step.code] : undefined;
  if (policy !== undefined) {
    const { name, description } = policy;
    return policyStore.insertPolicy(tx, { ...common, productId, name, description, updatedAt: now });
  }
}

async function update(tx: Tx, { tenantId, id, step, now }: Taking, data: object): Promise<void> {
  switch (step.kind) {
    case "product":
      return productStore.updateProduct(tx, tenantId, id, data);
    case "feature":
      return productStore.updateFeature(tx, tenantId, id, data);
    case "meter":
      return productStore.updateMeter(tx, tenantId, id, data);
    case "policy":
      return policyStore.updatePolicy(tx, tenantId, id, { ...data, updatedAt: now });
  }
}

async function setRules(
  tx: Tx,
  { tenantId, id, step, wanted, account, now }: Taking,
  before: Entry["before"],
): Promise<Pick<Entry, "before" | "after">> {
  const policy = wanted.products[step.product]?.policies[step.code];
  const known = account.state.products[step.product]?.policies[step.code];
  if (step.action === "draft" && policy?.draft) {
    await policyStore.setDraft(tx, tenantId, id, policy.draft, now);
    return { before, after: { draft: policy.draft } };
  }
  const rules = policy?.rules;
  if (!rules) throw new Error(`There are no rules to publish for ${step.code}.`);
  const versionId = newUuid();
  const number = account.versionOf(id) + 1;
  const version = {
    tenantId,
    id: versionId,
    policyId: id,
    number,
    rules,
    publishedAt: now,
    publishedBy: null,
  };
  await policyStore.insertVersion(tx, version);
  // A draft that says what is published now is no draft any more.
  if (known?.draft && policyDiff(known.draft, rules).length === 0)
    await policyStore.setDraft(tx, tenantId, id, null, now);
  return { before, after: { number, versionId: publicId("policyVersion", versionId), rules } };
}
