import { afterAll, beforeAll, expect, test } from "vitest";
import { START_DRAFTS, START_KINDS } from "../domain/guided-start.ts";
import { LICENSE_USES } from "../platform/announcer.ts";
import { createListener } from "../platform/listener.ts";
import { type Authority, createAuthority, createVendor } from "../testing/authority.ts";
import type { TestDatabase } from "../testing/cluster.ts";
import { createTestDatabase } from "../testing/database.ts";
import { activateRequest } from "../testing/fixtures.ts";

let database: TestDatabase;
let authority: Authority;

beforeAll(async () => {
  database = await createTestDatabase();
  authority = createAuthority(database.appUrl);
});
afterAll(async () => {
  await authority.close();
  await database.drop();
});

const product = { name: "Wave Editor", code: "wave-editor", keyPrefix: "WAVE" };

async function startOf(actor: Parameters<Authority["guidedStart"]["get"]>[0]) {
  const start = await authority.guidedStart.get(actor);
  if (start === undefined) throw new Error("Nothing was chosen.");
  return start;
}

test.each(START_KINDS)(
  "%s: what was chosen becomes a product, a draft, then one license, however many tabs ask",
  async (kind) => {
    const { actor, tenantId } = await createVendor(authority);
    const { guidedStart } = authority;
    expect(await guidedStart.get(actor)).toBeUndefined();
    await Promise.all([1, 2, 3].map(() => guidedStart.choose(actor, { kind, product })));
    const chosen = await startOf(actor);
    expect(chosen).toMatchObject({
      kind,
      product: { code: "wave-editor", keyPrefix: "WAVE" },
      policy: { rules: START_DRAFTS[kind].rules, hasDraft: true, version: undefined },
      license: null,
    });

    const answers = await Promise.all([1, 2, 3].map(() => guidedStart.issue(actor, "First customer")));
    expect(answers.filter(({ key }) => key !== undefined)).toHaveLength(1);
    expect(await startOf(actor)).toMatchObject({
      policy: { hasDraft: false, version: { number: 1 } },
      license: { customer: { name: "First customer" }, firstUse: undefined },
    });
    const made = await authority.database.withTenant(tenantId, async (tx) => ({
      products: await tx.product.count(),
      policies: await tx.policy.count(),
      versions: await tx.policyVersion.count(),
      licenses: await tx.license.count(),
      customers: await tx.customer.count(),
      meters: await tx.meter.count(),
    }));
    expect(made).toEqual({
      products: 1,
      policies: 1,
      versions: 1,
      licenses: 1,
      customers: 1,
      meters: kind === "credits" ? 1 : 0,
    });
  },
);

test("until a license is issued another choice can be made; the product stays, and a name that is taken is numbered", async () => {
  const { actor } = await createVendor(authority);
  const { guidedStart, products } = authority;
  await products.create(actor, { ...product, description: "" });
  await guidedStart.choose(actor, { kind: "desktop", product });
  const first = await startOf(actor);
  expect(first.product).toMatchObject({ code: "wave-editor-2", keyPrefix: "WAVE2" });
  await guidedStart.chooseAgain(actor);
  expect(await guidedStart.get(actor)).toBeUndefined();
  await guidedStart.choose(actor, { kind: "floating", product });
  await guidedStart.chooseAgain(actor);
  await guidedStart.choose(actor, { kind: "desktop", product });
  const again = await startOf(actor);
  expect(again).toMatchObject({ product: { id: first.product.id }, policy: { id: first.policy.id } });
  await guidedStart.issue(actor, "First customer");
  await expect(guidedStart.chooseAgain(actor)).rejects.toMatchObject({ code: "invalid_request" });
});

test("a first activation is seen with its device and told to whoever listens; so is a refusal, with its reason", async () => {
  const { actor, tenantId } = await createVendor(authority);
  const { guidedStart, activations, clock } = authority;
  const log = { warn: () => undefined };
  const listener = createListener({ url: database.appUrl, channel: LICENSE_USES, log });
  const heard: (string | undefined)[] = [];
  let tell = () => {};
  const until = (subject: string) =>
    new Promise<void>((resolve) => {
      tell = () => heard.includes(subject) && resolve();
      tell();
    });
  const ready = new Promise<void>((resolve) => {
    listener.subscribe(tenantId, (subjects) => {
      if (subjects === undefined) resolve();
      heard.push(...(subjects ?? [undefined]));
      tell();
    });
  });
  await ready;
  await guidedStart.choose(actor, { kind: "desktop", product });
  const { key = "" } = await guidedStart.issue(actor, "First customer");
  const { license } = await startOf(actor);
  for (const name of ["one", "two", "three", "four"]) {
    clock.advance(1_000);
    await activations.activate(tenantId, activateRequest(key, name, { product: product.code }));
  }
  await until(license?.id ?? "");
  await listener.close();
  const { license: used } = await startOf(actor);
  expect(used?.firstUse).toMatchObject({ operation: "activate", device: { name: expect.any(String) } });
  expect(used?.refusal?.explanation).toContain("3 of 3 devices were activated (policy desktop v1");
});
