import { createCustomers } from "../authority/customer-service.ts";
import { createIssuing } from "../authority/license-issue.ts";
import { createPolicies } from "../authority/policy-service.ts";
import type { Trust, Tx, Vault } from "../authority/ports.ts";
import { createProducts } from "../authority/product-service.ts";
import type { UserActor } from "../domain/actor.ts";
import { policyRules } from "../domain/policy.ts";
import { policyDiff } from "../domain/policy-diff.ts";
import type { Clock } from "../platform/clock.ts";
import { type Database, joinedTo } from "../platform/database.ts";
import * as store from "./lab-store.ts";
import { LAB_METER, SCENARIOS, type ScenarioName, scenario } from "./scenarios.ts";

const CUSTOMER = "Scenario lab";
const POLICY = "lab";

/** Puts up what a run needs, and issues its license: all the lab's own, made by the ordinary services in the caller's transaction. */
export function createSettings(deps: {
  database: Database;
  clock: Clock;
  trust: Pick<Trust, "rootKey">;
  vault: Vault;
}) {
  return async (tx: Tx, actor: UserActor, name: ScenarioName) => {
    const { tenantId } = actor;
    const own = { ...deps, database: joinedTo(deps.database, tx) };
    const product = await productOf(tx, actor, name, own);
    const policyId = await policyOf(actor, name, product, own);
    const customerId = await customerOf(tx, actor, own);
    const request = { policyId, customerId, count: 1, note: "", startsAt: undefined, overrides: {} };
    const [license] = await createIssuing(own).issue(actor, request);
    if (license === undefined) throw new Error("One license was asked for and none was issued.");
    const { slug } = await tx.tenant.findUniqueOrThrow({ where: { id: tenantId }, select: { slug: true } });
    return { tenant: slug, product: product.code, license };
  };
}

type Deps = Parameters<typeof createSettings>[0];

async function productOf(tx: Tx, actor: UserActor, name: ScenarioName, deps: Deps) {
  const code = `scenario-lab-${name.replace("_", "-")}`;
  const known = await store.findLabProduct(tx, actor.tenantId, code);
  if (known !== null) return known;
  const products = createProducts(deps);
  const { id } = await products.create(actor, {
    code,
    name: `Scenario lab: ${name.replace("_", "-")}`,
    description: "The scenario lab’s own. It is hidden where products are chosen.",
    keyPrefix: `SCLAB${SCENARIOS.indexOf(name) + 1}`,
  });
  await store.markProduct(tx, actor.tenantId, id);
  if (name === "usage") await products.addMeter(actor, id, LAB_METER);
  return { id, code, policies: [] };
}

/** Its rules are those of this release, also where an earlier one published others. */
async function policyOf(
  actor: UserActor,
  name: ScenarioName,
  product: Awaited<ReturnType<typeof productOf>>,
  deps: Deps,
): Promise<string> {
  const { rules } = scenario(name, "");
  const policies = createPolicies(deps);
  const known = product.policies.find(({ code }) => code === POLICY);
  const published = known?.versions[0];
  if (known !== undefined && published !== undefined) {
    if (policyDiff(policyRules.parse(published.rules), rules).length === 0) return known.id;
    await policies.saveDraft(actor, known.id, rules);
    await policies.publish(actor, known.id);
    return known.id;
  }
  const fields = { productId: product.id, code: POLICY, name: "Scenario lab", description: "", rules };
  const { id } = await policies.create(actor, fields);
  await policies.publish(actor, id);
  return id;
}

async function customerOf(tx: Tx, actor: UserActor, deps: Deps): Promise<string> {
  const known = await store.findCustomer(tx, actor.tenantId, CUSTOMER);
  if (known !== null) return known.id;
  const { id } = await createCustomers(deps).create(actor, { name: CUSTOMER, email: null, note: "" });
  await store.markCustomer(tx, actor.tenantId, id);
  return id;
}
