import { afterAll, beforeAll, expect, test } from "vitest";
import type { CurrentCustomer } from "../auth/actor.ts";
import { passwordStamp } from "../auth/passwords.ts";
import { publicId } from "../domain/ids.ts";
import { customerPlace, SHOWN_ELSEWHERE, teamPlace } from "../domain/places.ts";
import { newUuid } from "../platform/ids.ts";
import { createCatalog, createVendor, issueOne } from "../testing/authority.ts";
import type { TestDatabase } from "../testing/cluster.ts";
import { createTestDatabase } from "../testing/database.ts";
import { activateRequest } from "../testing/fixtures.ts";
import { createOfflineDevice } from "../testing/offline-device.ts";
import { createPeople, type People } from "../testing/people.ts";
import { METER_RULES } from "../testing/usage.ts";
import { createPortalContext } from "./context.ts";
import { toSignetError } from "./errors.ts";
import { createCallerFactory } from "./init.ts";
import { appRouter } from "./router.ts";

/** What one customer has, each piece of it by something that is nobody else's. */
interface Estate {
  readonly as: CurrentCustomer;
  readonly licenseId: string;
  readonly key: string;
  readonly activationId: string;
  readonly leaseId: string;
  readonly accountId: string;
  readonly memberId: string;
  readonly invitationId: string;
  readonly requestId: string;
  readonly file: string;
}

/**
 * What each procedure of the customer area is asked for with another customer's ids. `refused`: no answer at all; `silent`: an
 * answer without anything of the other's. A procedure without a row fails the test.
 */
const ROWS: Record<string, readonly ["refused" | "silent", ((theirs: Estate) => unknown)?]> = {
  "portal.license.list": ["silent", ({ key }) => ({ search: key })],
  "portal.license.summary": ["silent"],
  "portal.license.get": ["refused", ({ licenseId: id }) => ({ id })],
  "portal.license.certificate": ["refused", ({ licenseId: id }) => ({ id })],
  "portal.license.revealKey": ["refused", ({ licenseId: id }) => ({ id })],
  "portal.device.list": ["silent", ({ licenseId }) => ({ licenseId })],
  "portal.device.impact": ["refused", ({ activationId: id }) => ({ id })],
  "portal.device.rename": ["refused", ({ activationId: id }) => ({ id, name: "mine now" })],
  "portal.seat.pools": ["silent", ({ licenseId }) => ({ licenseId })],
  "portal.seat.held": ["refused", ({ licenseId }) => ({ licenseId })],
  "portal.seat.release": ["refused", ({ leaseId }) => ({ leaseId })],
  "portal.device.deactivate": ["refused", ({ activationId: id }) => ({ id })],
  "portal.people.list": ["silent"],
  "portal.people.invitations": ["silent"],
  "portal.people.requests": ["silent"],
  "portal.people.invite": ["silent", () => ({ email: `new-${newUuid()}@example.com`, role: "member" })],
  "portal.people.revokeInvitation": ["refused", ({ invitationId: id }) => ({ id })],
  "portal.people.admit": ["refused", ({ requestId: id }) => ({ id, role: "member" })],
  "portal.people.decline": ["refused", ({ requestId: id }) => ({ id })],
  "portal.people.changeRole": ["refused", ({ memberId: userId }) => ({ userId, role: "manager" })],
  "portal.people.remove": ["refused", ({ memberId: userId }) => ({ userId })],
  "portal.offline.look": ["refused", ({ file: text }) => ({ text })],
  "portal.offline.take": ["refused", ({ file: text }) => ({ text })],
  "portal.offline.exchanges": ["silent", ({ licenseId }) => ({ licenseId })],
  "portal.offline.response": ["refused", () => ({ device: "A".repeat(43), nonce: "B".repeat(22) })],
  "portal.offline.snapshot": ["silent"],
  "portal.usage.meters": ["silent"],
  "portal.usage.ledger": ["refused", ({ accountId: id }) => ({ id })],
  "portal.downloads": ["silent"],
  "portal.mailPreferences": ["silent"],
  "portal.setMailPreference": ["silent", () => ({ kind: "license_expiring", wanted: true })],
};

/** Where the same call succeeds for whose it is, so that a refusal says something about whose it is not. */
const NEVER_THEIRS = ["portal.offline.response", "portal.people.decline"];

let database: TestDatabase;
let people: People;
let northwind: Estate;
let strangers: { who: string; estate: Estate }[];

beforeAll(async () => {
  database = await createTestDatabase();
  people = createPeople(database.appUrl);
  const vendor = await createVendor(people);
  const catalog = await createCatalog(people, vendor.actor, {
    seats: 2,
    activationsMax: 5,
    offlineAllowed: true,
    meters: { "render-minutes": { ...METER_RULES, periodCredits: 100 } },
  });
  northwind = await createEstate(vendor, catalog, "nw");
  const { id: customerId } = await people.customers.create(vendor.actor, {
    name: "Fabrikam",
    email: null,
    note: "",
  });
  const other = await createVendor(people);
  const elsewhere = await createCatalog(people, other.actor, {
    seats: 2,
    activationsMax: 5,
    meters: { "render-minutes": { ...METER_RULES, periodCredits: 100 } },
  });
  strangers = [
    { who: "another customer", estate: await createEstate(vendor, { ...catalog, customerId }, "fk") },
    { who: "another vendor's customer", estate: await createEstate(other, elsewhere, "ow") },
  ];
});
afterAll(async () => {
  await people.close();
  await database.drop();
});

/** A manager and a member, a license with a device that holds a seat, an invitation, a request, and a file of a machine. */
async function createEstate(
  { actor, tenantId, slug }: Awaited<ReturnType<typeof createVendor>>,
  catalog: Awaited<ReturnType<typeof createCatalog>>,
  mark: string,
): Promise<Estate> {
  const { customerId } = catalog;
  const join = async (role: "manager" | "member") => {
    const id = newUuid();
    const email = `${mark}-${role}-${id}@example.com`;
    const name = `${mark}-${role}`;
    await people.database.prisma.user.create({ data: { id, email, name } });
    await people.database.withTenant(tenantId, (tx) =>
      tx.customerMember.create({ data: { tenantId, customerId, userId: id, role } }),
    );
    return { id, email, name };
  };
  const user = await join("manager");
  const member = await join("member");
  const { id: licenseId, key } = await issueOne(people, actor, catalog, { note: `${mark}-note` });
  const request = activateRequest(key, `${mark}-desk`, { metadata: { name: `${mark}-desk` } });
  const activated = await people.activations.activate(tenantId, request);
  if (activated.outcome === "denied") throw new Error(activated.code);
  const { activationId } = activated.value;
  const { requestHash, correlationId, nonce } = activateRequest("", "");
  const lease = await people.leases.checkout(tenantId, {
    activationId,
    holder: `${mark}-ann`,
    nonce,
    requestHash,
    correlationId,
  });
  if (lease.outcome === "denied") throw new Error(lease.code);
  const author = { kind: "user", userId: user.id, tenantId } as const;
  const invited = await people.invitations.createForCustomer(author, customerId, {
    email: `${mark}-invited@example.com`,
    role: "member",
  });
  const requestId = newUuid();
  await people.database.withTenant(tenantId, (tx) =>
    tx.joinRequest.create({
      data: {
        tenantId,
        id: requestId,
        customerId,
        licenseId,
        email: `${mark}-asks-${requestId}@example.com`,
        createdAt: people.clock.now(),
      },
    }),
  );
  const account = await people.database.withTenant(tenantId, (tx) =>
    tx.account.findFirstOrThrow({ where: { tenantId, licenseId } }),
  );
  const tenant = { id: tenantId, name: "T", slug, mode: "trial", suspended: false } as const;
  return {
    as: {
      userId: user.id,
      tenantId,
      customerId,
      role: "manager",
      user,
      tenant,
      customerName: mark,
      branding: { accent: null, supportEmail: null },
      hasSeveral: false,
      isChosen: false,
    },
    licenseId: publicId("license", licenseId),
    key,
    activationId: publicId("activation", activationId),
    leaseId: publicId("lease", lease.value.leaseId),
    accountId: publicId("account", account.id),
    memberId: publicId("user", member.id),
    invitationId: publicId("invitation", invited.id),
    requestId: publicId("joinRequest", requestId),
    file: await (await createOfflineDevice(`${mark}-press`)).request(key),
  };
}

async function call(customer: CurrentCustomer, path: string, input: unknown) {
  const caller = createCallerFactory(appRouter)({
    services: people,
    correlationId: "cor_test",
    ip: "192.0.2.1",
    currentActor: async () => undefined,
    currentCustomer: async () => customer,
  });
  const procedure = path.split(".").reduce<unknown>((at, name) => Reflect.get(Object(at), name), caller);
  if (typeof procedure !== "function") throw new Error(`There is no procedure ${path}.`);
  try {
    return { answer: JSON.stringify(await Reflect.apply(procedure, undefined, [input])) ?? "" };
  } catch (error) {
    return { code: toSignetError(Object(error), "unknown").code };
  }
}

test("every procedure of the customer area has a row", () => {
  const portal = Object.keys(appRouter._def.procedures).filter((path) => path.startsWith("portal."));
  expect(portal.toSorted()).toEqual(Object.keys(ROWS).toSorted());
});

test("no procedure tells or changes anything of another customer's, of this vendor or of another", async () => {
  const asked: string[] = [];
  for (const { who, estate } of strangers) {
    for (const [path, [outcome, input]] of Object.entries(ROWS)) {
      const { answer, code } = await call(estate.as, path, input?.(northwind));
      if (outcome === "silent") expect(answer ?? code, `${path} as ${who}`).not.toMatch(/nw-/);
      else expect(answer, `${path} as ${who}`).toBeUndefined();
      expect(["internal_error", "invalid_request", "forbidden"], `${path} as ${who}`).not.toContain(code);
      asked.push(path);
    }
  }
  expect(asked).toHaveLength(2 * Object.keys(ROWS).length);
  // All of it is there still, and theirs: each call succeeds for whose it is.
  for (const [path, [, input]] of Object.entries(ROWS)) {
    if (NEVER_THEIRS.includes(path)) continue;
    const { answer, code } = await call(northwind.as, path, input?.(northwind));
    expect(code, `${path} as its own manager`).toBeUndefined();
    if (/(license|device|seat)\.(list|pools)|people\.(list|invitations|requests)/.test(path))
      expect(answer, path).toMatch(/nw-|RNDR/);
  }
});

test("a customer's people find their own by a key or its end, and never by the vendor's notes", async () => {
  const list = (search: string) => call(northwind.as, "portal.license.list", { search });
  expect((await list(northwind.key.slice(-5))).answer).toContain(northwind.licenseId);
  expect((await list("nw-note")).answer).not.toContain(northwind.licenseId);
  const all = await call(northwind.as, "portal.license.get", { id: northwind.licenseId });
  expect(all.answer).not.toContain("nw-note");
});

/** Somebody who belongs to both strangers, and works in both their vendors' teams, but has nothing to do with Northwind. */
async function personOfSeveral() {
  const [fabrikam, elsewhere] = strangers.map(({ estate }) => estate.as);
  if (fabrikam === undefined || elsewhere === undefined) throw new Error("Both were made.");
  const userId = newUuid();
  const passwordHash = "no password has this hash";
  const email = `several-${userId}@example.com`;
  await people.database.prisma.user.create({ data: { id: userId, email, name: "Of several", passwordHash } });
  for (const [index, { tenantId, customerId }] of [fabrikam, elsewhere].entries()) {
    const createdAt = new Date(index);
    await people.database.prisma.membership.create({ data: { tenantId, userId, role: "owner", createdAt } });
    await people.database.withTenant(tenantId, (tx) =>
      tx.customerMember.create({ data: { tenantId, customerId, userId, role: "manager", createdAt } }),
    );
  }
  const sessionId = await people.sessions.begin(userId, { ip: "192.0.2.1" });
  const session = { userId, sessionId, stamp: passwordStamp(passwordHash) };
  const caller = (chosen: { customerId?: string; tenantId?: string }, shownFor: { shownFor?: string }) =>
    createCallerFactory(appRouter)(
      createPortalContext({
        services: people,
        session: { ...session, ...chosen },
        correlationId: "cor_test",
        ip: "192.0.2.1",
        ...shownFor,
      }),
    );
  return { session, fabrikam, elsewhere, caller };
}

test("a person of several customers sees the one they chose, and by a claim to another's nothing of it", async () => {
  const { session, fabrikam, elsewhere, caller } = await personOfSeveral();
  const seen = async (customerId: string) => {
    const { items } = await caller({ customerId }, {}).portal.license.list({});
    return {
      ids: items.map(({ id }) => id),
      of: await people.auth.currentCustomer({ ...session, customerId }),
    };
  };
  const [atFabrikam, atElsewhere] = strangers.map(({ estate }) => estate.licenseId);
  expect(await seen(elsewhere.customerId)).toMatchObject({ ids: [atElsewhere], of: { isChosen: true } });
  expect(await seen(fabrikam.customerId)).toMatchObject({ ids: [atFabrikam], of: { isChosen: true } });
  const forged = await seen(northwind.as.customerId);
  expect(forged).toMatchObject({ ids: [atFabrikam], of: { ...ids(fabrikam), isChosen: false } });
  expect((await people.auth.places(session)).map(({ id }) => id)).toEqual([
    ...[fabrikam, elsewhere].map(({ tenantId }) => teamPlace(tenantId)),
    ...[fabrikam, elsewhere].map(({ customerId }) => customerPlace(customerId)),
  ]);
  expect(await people.auth.places({ ...session, stamp: "of another password" })).toEqual([]);
});

test("nothing is told or done for one while the page shows another, or does not say which", async () => {
  const { fabrikam, elsewhere, caller } = await personOfSeveral();
  const elsewhereByNow = { customerId: elsewhere.customerId, tenantId: elsewhere.tenantId };
  const { customerId } = elsewhere;
  const email = `invited-${newUuid()}@example.com`;
  for (const shownFor of [
    customerPlace(fabrikam.customerId),
    teamPlace(elsewhere.tenantId),
    customerPlace(northwind.as.customerId),
    "",
  ]) {
    const page = caller(elsewhereByNow, { shownFor });
    await expect(page.portal.license.summary(), shownFor).rejects.toThrow(SHOWN_ELSEWHERE);
    await expect(page.portal.people.invite({ email, role: "member" }), shownFor).rejects.toThrow(
      SHOWN_ELSEWHERE,
    );
  }
  const itsPeople = caller(elsewhereByNow, { shownFor: customerPlace(customerId) }).portal.people;
  expect((await itsPeople.invitations()).map((invitation) => invitation.email)).not.toContain(email);

  for (const shownFor of [teamPlace(fabrikam.tenantId), customerPlace(customerId), ""]) {
    const page = caller(elsewhereByNow, { shownFor });
    const made = page.customer.create({ name: "Made for the wrong vendor", email: null, note: "" });
    await expect(made, shownFor).rejects.toThrow(SHOWN_ELSEWHERE);
  }
  const page = caller(elsewhereByNow, { shownFor: teamPlace(elsewhere.tenantId) });
  const found = await page.customer.list({ search: "Made for the wrong vendor" });
  expect(found.items).toEqual([]);
});

const ids = ({ tenantId, customerId }: CurrentCustomer) => ({ tenantId, customerId });
