import type { Actor } from "../domain/actor.ts";
import { SignetError } from "../domain/errors.ts";
import { explainDecision } from "../domain/explain.ts";
import { START_DRAFTS, startCode } from "../domain/guided-start.ts";
import { policyRules } from "../domain/policy.ts";
import type { Clock } from "../platform/clock.ts";
import { type Database, joinedTo } from "../platform/database.ts";
import { createCustomers } from "./customer-service.ts";
import type { ChooseStart } from "./guided-start-input.ts";
import * as store from "./guided-start-store.ts";
import { createIssuing } from "./license-issue.ts";
import { createPolicies } from "./policy-service.ts";
import type { Trust, Tx, Vault } from "./ports.ts";
import { createProducts } from "./product-service.ts";

export type GuidedStart = ReturnType<typeof createGuidedStart>;

/**
 * A vendor's way to a first program that runs. What was made is what has been done: each step locks the tenant's row and makes its things in
 * one transaction, so that whoever comes second, or comes back, finds them made.
 */
export function createGuidedStart(deps: {
  database: Database;
  clock: Clock;
  trust: Pick<Trust, "rootKey">;
  vault: Vault;
}) {
  const { database } = deps;

  /** Runs a step under the row's lock; the services it is given are part of its transaction. */
  function step<Value>(
    { tenantId }: Actor,
    work: (
      tx: Tx,
      made: Awaited<ReturnType<typeof store.lockStart>>,
      services: ReturnType<typeof servicesOf>,
    ) => Promise<Value>,
  ): Promise<Value> {
    return database.withTenant(tenantId, async (tx) =>
      work(
        tx,
        await store.lockStart(tx, tenantId),
        servicesOf({ ...deps, database: joinedTo(database, tx) }),
      ),
    );
  }

  return {
    /** What there is so far, and the first sign of life of a program; undefined: nothing was chosen yet. */
    async get({ tenantId }: Actor) {
      return database.withTenant(tenantId, async (tx) => {
        const start = await store.findStart(tx, tenantId);
        if (start?.kind == null || start.product === null || start.policy === null) return undefined;
        const { kind, product, policy, license } = start;
        const [version] = policy.versions;
        const rules = policyRules.parse(policy.draft ?? version?.rules);
        return {
          kind,
          product,
          policy: { id: policy.id, name: policy.name, rules, hasDraft: policy.draft !== null, version },
          license: license && {
            ...license,
            firstUse: await store.findFirstUse(tx, tenantId, license.id),
            refusal: await latestRefusal(tx, tenantId, license, policy.code),
          },
        };
      });
    },

    /** Makes the product and a draft of its policy. Does nothing where something was chosen already. */
    async choose(actor: Actor, { kind, product }: ChooseStart): Promise<void> {
      const { tenantId } = actor;
      await step(actor, async (tx, made, { products, policies }) => {
        if (made.kind !== null) return;
        const productId =
          made.productId ??
          (
            await products.create(actor, {
              name: product.name,
              description: "",
              ...freeNear(product, await store.listCodes(tx, tenantId)),
            })
          ).id;
        const { policyName, meter, rules } = START_DRAFTS[kind];
        if (meter !== undefined) {
          const { meters } = await products.get(actor, productId);
          if (!meters.some(({ code }) => code === meter.code))
            await products.addMeter(actor, productId, meter);
        }
        const code = startCode(kind);
        const known = await store.findPolicyByCode(tx, tenantId, productId, code);
        if (known !== null) await policies.setArchived(actor, known.id, false);
        const policyId =
          known?.id ??
          (await policies.create(actor, { productId, code, name: policyName, description: "", rules })).id;
        await store.updateStart(tx, tenantId, { kind, productId, policyId });
      });
    },

    /** Goes back to the choice: the draft is put aside, the product stays. Refused once a license was issued. */
    async chooseAgain(actor: Actor): Promise<void> {
      await step(actor, async (tx, { policyId, licenseId }, { policies }) => {
        if (licenseId !== null)
          throw new SignetError(
            "invalid_request",
            "The first license was issued; make another policy for the rest.",
          );
        if (policyId !== null) await policies.setArchived(actor, policyId, true);
        await store.updateStart(tx, actor.tenantId, { kind: null, policyId: null });
      });
    },

    /** Publishes what was drafted and issues the first license. `key` is there only for whoever came first. */
    async issue(actor: Actor, customerName: string): Promise<{ readonly key: string | undefined }> {
      const { tenantId } = actor;
      return step(actor, async (tx, made, { policies, customers, issuing }) => {
        const { policyId } = made;
        if (made.licenseId !== null) return { key: undefined };
        if (policyId === null) throw new SignetError("invalid_request", "Choose what you sell first.");
        const { draft } = await policies.get(actor, policyId);
        if (draft !== null) await policies.publish(actor, policyId);
        const customerId =
          (await store.findCustomerByName(tx, tenantId, customerName))?.id ??
          (await customers.create(actor, { name: customerName, email: null, note: "" })).id;
        const request = { customerId, policyId, count: 1, note: "", startsAt: undefined, overrides: {} };
        const [issued] = await issuing.issue(actor, request);
        if (issued === undefined) throw new Error("One license was asked for and none was issued.");
        await store.updateStart(tx, tenantId, { licenseId: issued.id });
        return { key: issued.key };
      });
    },
  };
}

function servicesOf(deps: Parameters<typeof createGuidedStart>[0]) {
  return {
    products: createProducts(deps),
    policies: createPolicies(deps),
    customers: createCustomers(deps),
    issuing: createIssuing(deps),
  };
}

async function latestRefusal(
  tx: Tx,
  tenantId: string,
  license: {
    readonly id: string;
    readonly policyVersion: { readonly number: number; readonly rules: unknown };
  },
  code: string,
) {
  const refusal = await store.findLatestRefusal(tx, tenantId, license.id);
  if (refusal === null) return undefined;
  const { number: version, rules } = license.policyVersion;
  const policy = { code, version, rules: policyRules.parse(rules) };
  const facts = Object.fromEntries(Object.entries(Object(refusal.facts)));
  return { ...refusal, explanation: explainDecision({ ...refusal, facts, policy }) };
}

/** The code and prefix, or where another product has them the first near them that none has: `app-2`, `APP2`. */
function freeNear(
  wanted: { readonly code: string; readonly keyPrefix: string },
  taken: readonly { readonly code: string; readonly keyPrefix: string }[],
) {
  const codes = taken.map(({ code }) => code);
  const prefixes = taken.map(({ keyPrefix }) => keyPrefix);
  return {
    code: firstFree(wanted.code, codes, (number) => `${wanted.code.slice(0, 45)}-${number}`),
    keyPrefix: firstFree(wanted.keyPrefix, prefixes, (number) => `${wanted.keyPrefix.slice(0, 9)}${number}`),
  };
}

function firstFree(wanted: string, taken: readonly string[], numbered: (number: number) => string): string {
  let text = wanted;
  for (let number = 2; taken.includes(text); number++) text = numbered(number);
  return text;
}
