import type { Actor } from "../domain/actor.ts";
import { SignetError } from "../domain/errors.ts";
import { publicId } from "../domain/ids.ts";
import { DEFAULT_RULES, type PolicyRules, policyRules } from "../domain/policy.ts";
import { policyDiff } from "../domain/policy-diff.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { newUuid } from "../platform/ids.ts";
import { type Auditable, recordAudit } from "./audit.ts";
import { userNames } from "./audit-store.ts";
import { present } from "./missing.ts";
import { createPolicyAdvice } from "./policy-advice-service.ts";
import { findLatestEdit, refuseUnseen, unseenEdit } from "./policy-edits.ts";
import { createPolicyImpact } from "./policy-impact-service.ts";
import type { PolicyChange, PolicyFields } from "./policy-input.ts";
import { liveCatalog, refuseContradictions } from "./policy-rules.ts";
import * as store from "./policy-store.ts";
import type { Tx } from "./ports.ts";
import { openProduct } from "./product-service.ts";
import { findProductWithCatalog } from "./product-store.ts";
import { namingTaken } from "./taken.ts";

export type Policies = ReturnType<typeof createPolicies>;

/** The rules licenses are issued under. A method that names a thing throws `not_found` when the tenant has none of that id. */
export function createPolicies(deps: { database: Database; clock: Clock }) {
  const { database, clock } = deps;

  const audit = (tx: Tx, actor: Actor, id: string, action: string, before: Auditable, after: Auditable) =>
    recordAudit(tx, actor, clock, {
      action: `policy.${action}`,
      subjectKind: "policy",
      subjectId: id,
      before,
      after,
    });

  /** The policy, which nobody else edits or publishes until the transaction ends. */
  async function locked(tx: Tx, actor: Actor, id: string) {
    await store.lockPolicy(tx, actor.tenantId, id);
    const policy = present(await store.findPolicy(tx, actor.tenantId, id), "policy");
    const newest = await store.findNewestVersion(tx, actor.tenantId, id);
    const published =
      newest === null ? null : { number: newest.number, rules: policyRules.parse(newest.rules) };
    const latestEdit = await findLatestEdit(tx, actor.tenantId, id);
    return { ...policy, draft: draftOf(policy), published, latestEdit };
  }

  async function refuseUnlessConsistent(
    tx: Tx,
    actor: Actor,
    productId: string,
    rules: PolicyRules,
  ): Promise<void> {
    const product = present(await findProductWithCatalog(tx, actor.tenantId, productId), "product");
    refuseContradictions(rules, liveCatalog(product), "/rules");
  }

  return {
    /** With the newest version and a capped number of licenses of each. */
    async list(actor: Actor, filter: { readonly productId?: string | undefined } = {}) {
      const { tenantId } = actor;
      return database.withTenant(tenantId, async (tx) => {
        const policies = await store.listPolicies(tx, tenantId, filter.productId);
        const counts = await store.countLicensesByPolicy(
          tx,
          tenantId,
          policies.map(({ id }) => id),
        );
        const countOf = new Map(counts.map(({ policyId, count }) => [policyId, count]));
        return policies.map(({ versions, draft, ...policy }) => ({
          ...policy,
          newestVersion: versions[0] ?? null,
          hasDraft: draft !== null,
          licenses: cappedCount(countOf.get(policy.id)),
        }));
      });
    },

    /** With the draft, every version, and what publishing the draft would change. */
    async get(actor: Actor, id: string) {
      const { tenantId } = actor;
      return database.withTenant(tenantId, async (tx) => {
        const policy = present(await store.findPolicyWithVersions(tx, tenantId, id), "policy");
        const counts = await store.countLicensesByVersion(tx, tenantId, id);
        const countOf = new Map(counts.map(({ versionId, count }) => [versionId, count]));
        const total = counts.reduce((sum, { count }) => sum + count, 0);
        const publishers = policy.versions.flatMap(({ publishedBy }) => publishedBy ?? []);
        const names = await userNames(tx, publishers);
        const versions = policy.versions.map((version) => ({
          id: version.id,
          number: version.number,
          rules: policyRules.parse(version.rules),
          publishedAt: version.publishedAt,
          publishedBy: version.publishedBy === null ? null : (names.get(version.publishedBy) ?? null),
          licenses: { count: countOf.get(version.id) ?? 0, capped: total >= store.COUNT_CAP },
        }));
        const draft = draftOf(policy);
        const newest = versions[0];
        const latestEdit = await findLatestEdit(tx, tenantId, id);
        return {
          ...policy,
          draft,
          revision: latestEdit?.revision ?? 0,
          latestEdit,
          versions,
          changes: draft && newest ? policyDiff(newest.rules, draft) : [],
        };
      });
    },

    /** What differs between two versions of one policy. */
    async diff(actor: Actor, fromVersionId: string, toVersionId: string) {
      const { tenantId } = actor;
      return database.withTenant(tenantId, async (tx) => {
        const from = present(await store.findVersion(tx, tenantId, fromVersionId), "policy version");
        const to = present(await store.findVersion(tx, tenantId, toVersionId), "policy version");
        return policyDiff(policyRules.parse(from.rules), policyRules.parse(to.rules));
      });
    },

    /** A new policy is a draft. Throws `invalid_request` naming a code that is taken, or rules that do not go together. */
    async create(actor: Actor, { productId, rules = DEFAULT_RULES, ...fields }: PolicyFields & NewPolicy) {
      const { tenantId } = actor;
      const id = newUuid();
      const now = clock.now();
      const creating = database.withTenant(tenantId, async (tx) => {
        refuseContradictions(rules, liveCatalog(await openProduct(tx, actor, productId)), "/rules");
        const row = { tenantId, id, productId, ...fields, draft: rules, createdAt: now, updatedAt: now };
        await store.insertPolicy(tx, row);
        await audit(tx, actor, id, "created", null, {
          productId: publicId("product", productId),
          ...fields,
          rules,
        });
      });
      await namingTaken(creating, { code: `This product already has a policy ${fields.code}.` });
      return { id };
    },

    async update(actor: Actor, id: string, fields: PolicyChange) {
      await database.withTenant(actor.tenantId, async (tx) => {
        const { name, description } = await locked(tx, actor, id);
        await store.updatePolicy(tx, actor.tenantId, id, { ...fields, updatedAt: clock.now() });
        await audit(tx, actor, id, "updated", { name, description }, fields);
      });
    },

    /**
     * Keeps what is being edited; a draft that says what the newest version says is no draft. Where somebody has changed it
     * since the revision that this one is `basedOn`, nothing is kept and the answer says who it was.
     */
    async saveDraft(actor: Actor, id: string, rules: PolicyRules, basedOn?: number) {
      return database.withTenant(actor.tenantId, async (tx) => {
        const policy = await locked(tx, actor, id);
        const conflict = unseenEdit(policy.latestEdit, basedOn);
        if (conflict !== null)
          return { conflict, revision: conflict.revision, hasDraft: policy.draft !== null, changes: [] };
        await refuseUnlessConsistent(tx, actor, policy.productId, rules);
        const changes = policy.published === null ? [] : policyDiff(policy.published.rules, rules);
        const draft = policy.published !== null && changes.length === 0 ? null : rules;
        await store.setDraft(tx, actor.tenantId, id, draft, clock.now());
        await audit(tx, actor, id, "draft_saved", policy.draft, draft);
        const edit = await findLatestEdit(tx, actor.tenantId, id);
        return { conflict: null, revision: edit?.revision ?? 0, hasDraft: draft !== null, changes };
      });
    },

    /**
     * Drops the draft. Throws `invalid_request` when nothing was published yet, so that the draft is all there is, or when
     * somebody has changed it since the revision that this is `basedOn`.
     */
    async discardDraft(actor: Actor, id: string, basedOn?: number) {
      await database.withTenant(actor.tenantId, async (tx) => {
        const policy = await locked(tx, actor, id);
        if (policy.draft === null) return;
        if (policy.published === null) {
          throw new SignetError(
            "invalid_request",
            "This policy was never published, so its draft is all there is.",
          );
        }
        refuseUnseen(policy.latestEdit, basedOn);
        await store.setDraft(tx, actor.tenantId, id, null, clock.now());
        await audit(tx, actor, id, "draft_discarded", policy.draft, null);
      });
    },

    impact: createPolicyImpact(deps),

    suggestions: createPolicyAdvice(deps),

    /** Makes the draft the next version, for ever unchangeable. Licenses stay on theirs until they are moved. */
    async publish(actor: Actor, id: string, basedOn?: number) {
      const { tenantId } = actor;
      return database.withTenant(tenantId, async (tx) => {
        const { draft, published, productId, archivedAt, latestEdit } = await locked(tx, actor, id);
        if (archivedAt !== null)
          throw new SignetError("invalid_request", "This policy is archived; restore it first.");
        if (draft === null) {
          throw new SignetError(
            "invalid_request",
            `Nothing has changed since version ${published?.number ?? 0}.`,
          );
        }
        refuseUnseen(latestEdit, basedOn);
        await refuseUnlessConsistent(tx, actor, productId, draft);
        const now = clock.now();
        const versionId = newUuid();
        const number = (published?.number ?? 0) + 1;
        const publishedBy = actor.kind === "user" ? actor.userId : null;
        const version = {
          tenantId,
          id: versionId,
          policyId: id,
          number,
          rules: draft,
          publishedAt: now,
          publishedBy,
        };
        await store.insertVersion(tx, version);
        await store.setDraft(tx, tenantId, id, null, now);
        await audit(tx, actor, id, "published", published, {
          number,
          versionId: publicId("policyVersion", versionId),
          rules: draft,
        });
        return { versionId, number };
      });
    },

    /** Licenses of an archived policy go on; no new ones are issued under it. */
    async setArchived(actor: Actor, id: string, archived: boolean) {
      await database.withTenant(actor.tenantId, async (tx) => {
        const before = await locked(tx, actor, id);
        const archivedAt = archived ? clock.now() : null;
        await store.updatePolicy(tx, actor.tenantId, id, { archivedAt, updatedAt: clock.now() });
        const action = archived ? "archived" : "restored";
        await audit(tx, actor, id, action, { archivedAt: before.archivedAt }, { archivedAt });
      });
    },
  };
}

interface NewPolicy {
  readonly productId: string;
  readonly rules?: PolicyRules | undefined;
}

function draftOf({ draft }: { readonly draft: unknown }): PolicyRules | null {
  return draft === null ? null : policyRules.parse(draft);
}

function cappedCount(count = 0) {
  return { count, capped: count >= store.COUNT_CAP };
}
