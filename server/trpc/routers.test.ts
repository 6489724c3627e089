import { afterAll, beforeAll, expect, test } from "vitest";
import type { CurrentActor, CurrentCustomer } from "../auth/actor.ts";
import { publicId, storedId } from "../domain/ids.ts";
import { DEFAULT_RULES } from "../domain/policy.ts";
import { newUuid } from "../platform/ids.ts";
import { createVendor } from "../testing/authority.ts";
import type { TestDatabase } from "../testing/cluster.ts";
import { createTestDatabase } from "../testing/database.ts";
import { activateRequest } from "../testing/fixtures.ts";
import { createPeople, PASSWORD, type People } from "../testing/people.ts";
import { toSignetError } from "./errors.ts";
import { createCallerFactory } from "./init.ts";
import { appRouter } from "./router.ts";

const callerFor = createCallerFactory(appRouter);

let database: TestDatabase;
let people: People;
let slug: string;
let tenantId: string;
let portal: ReturnType<typeof callerFor>;
/** Whom the customer area's procedures find; a test sets it. */
let asCustomer: CurrentCustomer | undefined;

beforeAll(async () => {
  database = await createTestDatabase();
  people = createPeople(database.appUrl);
  const vendor = await createVendor(people);
  ({ slug, tenantId } = vendor);
  const tenant = { id: tenantId, name: "T", slug, mode: "trial", suspended: false } as const;
  const current: CurrentActor = {
    actor: vendor.actor,
    user: { id: vendor.userId, name: "Olive Owner", email: "olive@example.com" },
    tenant,
    lacksTwoFactor: false,
    tenants: [tenant],
  };
  portal = callerFor({
    services: people,
    correlationId: "cor_test",
    ip: "192.0.2.1",
    currentActor: async () => current,
    currentCustomer: async () => asCustomer,
  });
});
afterAll(async () => {
  await people.close();
  await database.drop();
});

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/;

/** Nothing that is stored as it is may be seen from outside: no uuid, no hash, no cipher. */
function leaksNothing<Answer>(answer: Answer): Answer {
  const text = JSON.stringify(answer) ?? "";
  expect(text).not.toMatch(UUID);
  expect(text).not.toMatch(
    /"(tenantId|keyHash|keyCipher|passwordHash|statusIndex|liveFingerprint|prevHash)"/,
  );
  return answer;
}

async function refusal(work: Promise<unknown>) {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  const { code, errors } = toSignetError(Object(error), "unknown");
  return { code, errors };
}

test("from product to revoked license, through the portal's procedures alone", async () => {
  const product = leaksNothing(
    await portal.product.create({ code: "renderer", name: "Renderer", keyPrefix: "rndr" }),
  );
  const feature = { productId: product.id, code: "export-4k", name: "4K export", kind: "flag" } as const;
  leaksNothing(await portal.product.addFeature(feature));
  leaksNothing(
    await portal.product.addMeter({
      productId: product.id,
      code: "minutes",
      name: "Minutes",
      unit: "minutes",
    }),
  );
  expect(leaksNothing(await portal.product.get(product))).toMatchObject({
    keyPrefix: "RNDR",
    features: [{ code: "export-4k" }],
    meters: [{ code: "minutes" }],
  });
  expect(await portal.product.sdk(product)).toMatchObject({ tenant: slug, product: "renderer" });
  expect(leaksNothing(await portal.product.list())).toHaveLength(1);

  const policy = leaksNothing(
    await portal.policy.create({ productId: product.id, code: "studio", name: "Studio" }),
  );
  const rules = { ...DEFAULT_RULES, activationsMax: 2, features: { "export-4k": true } };
  const save = async (activationsMax: number) => {
    const basedOn = (await portal.policy.get(policy)).revision;
    const { id } = policy;
    const saved = leaksNothing(
      await portal.policy.saveDraft({ id, rules: { ...rules, activationsMax }, basedOn }),
    );
    return { id, basedOn: saved.revision };
  };
  const first = leaksNothing(await portal.policy.publish(await save(2)));
  const second = await portal.policy.publish(await save(5));
  expect(await portal.policy.diff({ from: first.versionId, to: second.versionId })).toEqual([
    { path: "activationsMax", before: 2, after: 5 },
  ]);
  expect(leaksNothing(await portal.policy.get(policy))).toMatchObject({
    versions: [{ number: 2 }, { number: 1 }],
  });
  expect(leaksNothing(await portal.policy.list())).toMatchObject([{ newestVersion: { number: 2 } }]);

  const customer = leaksNothing(await portal.customer.create({ name: "Northwind Design" }));
  const asked = { customerId: customer.id, email: "ADA@Northwind.example", role: "manager" } as const;
  const withdrawn = leaksNothing(await portal.customer.invite(asked));
  await portal.customer.revokeInvitation({ customerId: customer.id, id: withdrawn.id });
  const { token } = leaksNothing(await portal.customer.invite(asked));
  expect(leaksNothing(await portal.customer.invitations({ customerId: customer.id }))).toMatchObject([
    { email: "ada@northwind.example", role: "manager" },
  ]);
  expect(leaksNothing(await portal.customer.get(customer))).toMatchObject({ members: [] });
  leaksNothing(await portal.team.invitation({ token }));
  await portal.team.acceptInvitation({ token, name: "Ada", password: PASSWORD });
  expect(leaksNothing(await portal.customer.get(customer))).toMatchObject({
    members: [{ name: "Ada", email: "ada@northwind.example" }],
  });
  leaksNothing(await portal.customer.list());

  const { licenses } = leaksNothing(
    await portal.license.issue({ customerId: customer.id, policyId: policy.id, count: 2 }),
  );
  const [license] = licenses;
  if (license === undefined) throw new Error("two were asked for");
  const { id, key } = license;
  await people.activations.activate(tenantId, activateRequest(key, "laptop"));
  expect(leaksNothing(await portal.license.list({ search: key })).items).toMatchObject([
    { id, keyHint: `RNDR-…-${key.slice(-5)}`, status: "active", activationCount: 1, policy: { version: 2 } },
  ]);
  const detail = leaksNothing(await portal.license.get({ id }));
  expect(detail).toMatchObject({
    provenance: { activationsMax: "policy" },
    events: [{ operation: "activate" }],
    history: [{ action: "license.issued", actor: { name: "Olive Owner" } }],
  });
  expect(await portal.license.revealKey({ id })).toEqual({ key });
  expect((await portal.license.certificate({ id })).certificate).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);

  await portal.license.suspend({ id });
  await portal.license.reinstate({ id });
  expect(await portal.license.impact({ id })).toMatchObject({ devices: 1, seats: 0 });
  expect(await portal.license.revoke({ id, reason: "refunded" })).toMatchObject({ status: "revoked" });
  expect(leaksNothing(await portal.license.list({ status: "revoked" })).items).toHaveLength(1);

  expect(leaksNothing(await portal.overview.get())).toMatchObject({
    activeDevices: 1,
    decisions: [
      {
        outcome: "granted",
        license: { keyHint: `RNDR-…-${key.slice(-5)}`, customerName: "Northwind Design" },
      },
    ],
  });
  expect(leaksNothing(await portal.audit.list({ action: "license." })).items).toHaveLength(6);
  expect(await portal.audit.verify()).toMatchObject({ intact: true });
});

test("a customer's people see their own licenses and the devices in use, nobody else's, and none of the notes", async () => {
  const product = await portal.product.create({ code: "viewer", name: "Viewer", keyPrefix: "VIEW" });
  const policy = await portal.policy.create({ productId: product.id, code: "view", name: "View" });
  const { revision: basedOn } = await portal.policy.get(policy);
  await portal.policy.publish({ ...policy, basedOn });
  const issue = async (name: string) => {
    const customer = await portal.customer.create({ name });
    const request = { customerId: customer.id, policyId: policy.id, note: "Pays late" };
    const { licenses } = await portal.license.issue(request);
    const [license] = licenses;
    if (license === undefined) throw new Error("one was asked for");
    return { customerId: customer.id, ...license };
  };
  const own = await issue("Fabrikam");
  await issue("Contoso");
  await people.activations.activate(tenantId, { ...activateRequest(own.key, "desk"), product: "viewer" });
  const customerId = storedId("customer", own.customerId);
  if (customerId === undefined) throw new Error("an id was given");
  const user = { id: newUuid(), name: "Ada", email: "ada@fabrikam.example" };
  const tenant = { id: tenantId, name: "T", slug, mode: "trial", suspended: false } as const;
  asCustomer = {
    userId: user.id,
    tenantId,
    customerId,
    role: "member",
    user,
    tenant,
    customerName: "Fabrikam",
    branding: { accent: null, supportEmail: null },
    hasSeveral: false,
    isChosen: false,
  };
  const page = leaksNothing(await portal.portal.license.list());
  expect(page.items).toMatchObject([
    {
      id: own.id,
      status: "active",
      product: "Viewer",
      activationCount: 1,
      devices: [{ platform: expect.any(String) }],
    },
  ]);
  expect(JSON.stringify(page)).not.toMatch(/Pays late|Contoso/);
  asCustomer = { ...asCustomer, tenant: { ...tenant, suspended: true } };
  expect(await refusal(portal.portal.license.list())).toMatchObject({ code: "tenant_suspended" });
  asCustomer = undefined;
  expect(await refusal(portal.portal.license.list())).toMatchObject({ code: "forbidden" });
});

test.each<[string, () => Promise<unknown>, string, RegExp]>([
  [
    "an id of another kind",
    () => portal.license.get({ id: publicId("customer", newUuid()) }),
    "/id",
    /is not a license id/,
  ],
  ["an id that is none", () => portal.product.get({ id: "renderer" }), "/id", /is not a product id/],
  ["no name", () => portal.customer.create({ name: " " }), "/name", /^Enter a name\.$/],
  [
    "an address that is none",
    () => portal.customer.create({ name: "N", email: "n" }),
    "/email",
    /^Enter an e-mail address/,
  ],
  ["too many rows", () => portal.license.list({ limit: 101 }), "/limit", /^Ask for at most 100\.$/],
  ["a page that is none", () => portal.license.list({ cursor: "x" }), "/cursor", /begin at the first page/],
  [
    "an overlong search",
    () => portal.license.list({ search: "x".repeat(201) }),
    "/search",
    /^Use at most 200 characters\.$/,
  ],
])("%s is refused, naming the field", async (_, call, pointer, message) => {
  expect(await refusal(call())).toEqual({
    code: "invalid_request",
    errors: [{ pointer, message: expect.stringMatching(message) }],
  });
});

test("a field that is not known is refused by name, wherever it stands", async () => {
  const fields = { name: "N", email: null, note: "", tenantId: newUuid() };
  expect(await refusal(portal.customer.create(fields))).toMatchObject({ errors: [{ pointer: "/tenantId" }] });
});

test("what does not exist is not found", async () => {
  expect(await refusal(portal.license.get({ id: publicId("license", newUuid()) }))).toEqual({
    code: "not_found",
    errors: [],
  });
});
