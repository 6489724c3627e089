import { describe, expect, test } from "vitest";
import type { CurrentActor, CurrentCustomer } from "../auth/actor.ts";
import { CUSTOMER_ROLES, type CustomerRole, ROLES, type Role } from "../domain/actor.ts";
import { SignetError } from "../domain/errors.ts";
import { createLogger } from "../platform/log.ts";
import type { PortalContext, PortalServices } from "./context.ts";
import { toSignetError } from "./errors.ts";
import { createCallerFactory } from "./init.ts";
import { appRouter } from "./router.ts";

/** One row a procedure: who may call it. A procedure without a row fails the test. */
const EVERYBODY = "owner admin developer support auditor";
const LICENSE_STAFF = "owner admin support";
const DEVELOPERS = "owner admin developer";
const ADMINS = "owner admin";
const ANYONE = "anyone, also signed out";

const MANAGERS = "manager";
const CUSTOMERS = "manager member";
const SIGNED_IN = "anyone signed in";
const TABLE: Record<string, string> = {
  "account.get": SIGNED_IN,
  "account.changePassword": SIGNED_IN,
  "account.requestPasswordReset": ANYONE,
  "account.resetPassword": ANYONE,
  "account.requestSignIn": ANYONE,
  "account.unsubscribe": ANYONE,
  "account.beginTwoFactor": SIGNED_IN,
  "account.confirmTwoFactor": SIGNED_IN,
  "account.renewRecoveryCodes": SIGNED_IN,
  "account.disableTwoFactor": SIGNED_IN,
  "account.signIn": SIGNED_IN,
  "account.security": SIGNED_IN,
  "account.endSession": SIGNED_IN,
  "account.endOtherSessions": SIGNED_IN,
  "account.linkIdentity": SIGNED_IN,
  "account.unlinkIdentity": SIGNED_IN,
  "apiKey.list": "owner admin developer auditor",
  "apiKey.create": DEVELOPERS,
  "apiKey.rotate": DEVELOPERS,
  "apiKey.revoke": DEVELOPERS,
  "analytics.activations": EVERYBODY,
  "analytics.denials": EVERYBODY,
  "analytics.usage": EVERYBODY,
  "analytics.spread": EVERYBODY,
  "analytics.trials": EVERYBODY,
  "analytics.seats": EVERYBODY,
  "analytics.csv": EVERYBODY,
  "audit.list": "owner admin auditor",
  "audit.seal": "owner admin auditor",
  "audit.verify": "owner admin auditor",
  "balance.list": EVERYBODY,
  "balance.meters": EVERYBODY,
  "balance.get": EVERYBODY,
  "balance.tickets": EVERYBODY,
  "balance.ledger": EVERYBODY,
  "balance.grant": LICENSE_STAFF,
  "balance.refund": LICENSE_STAFF,
  "balance.adjust": LICENSE_STAFF,
  "customer.list": EVERYBODY,
  "customer.get": EVERYBODY,
  "customer.create": LICENSE_STAFF,
  "customer.update": LICENSE_STAFF,
  "customer.setArchived": LICENSE_STAFF,
  "customer.invitations": EVERYBODY,
  "customer.invite": LICENSE_STAFF,
  "customer.revokeInvitation": LICENSE_STAFF,
  "customer.removeMember": LICENSE_STAFF,
  "health.get": ADMINS,
  "customer.joinRequests": EVERYBODY,
  "customer.admit": LICENSE_STAFF,
  "customer.decline": LICENSE_STAFF,
  "identityProvider.list": "owner admin developer auditor",
  "identityProvider.save": DEVELOPERS,
  "identityProvider.remove": DEVELOPERS,
  "incident.list": EVERYBODY,
  "incident.acknowledge": LICENSE_STAFF,
  "lab.list": LICENSE_STAFF,
  "join.request": ANYONE,
  "join.confirm": ANYONE,
  "license.list": EVERYBODY,
  "license.get": EVERYBODY,
  "license.story": EVERYBODY,
  "license.impact": EVERYBODY,
  "license.certificate": EVERYBODY,
  "license.issue": LICENSE_STAFF,
  "license.suspend": LICENSE_STAFF,
  "license.reinstate": LICENSE_STAFF,
  "license.renew": LICENSE_STAFF,
  "license.transfer": LICENSE_STAFF,
  "license.revoke": ADMINS,
  "license.setOverrides": LICENSE_STAFF,
  "license.setNote": LICENSE_STAFF,
  "license.moveToVersion": LICENSE_STAFF,
  "license.revealKey": LICENSE_STAFF,
  "license.deactivateDevice": LICENSE_STAFF,
  "license.deviceImpact": LICENSE_STAFF,
  "offline.look": LICENSE_STAFF,
  "offline.take": LICENSE_STAFF,
  "offline.exchanges": EVERYBODY,
  "offline.response": LICENSE_STAFF,
  "offline.snapshot": EVERYBODY,
  "licenseBatch.list": EVERYBODY,
  "licenseBatch.get": EVERYBODY,
  "licenseBatch.check": LICENSE_STAFF,
  "licenseBatch.importFile": LICENSE_STAFF,
  "licenseBatch.issueMany": LICENSE_STAFF,
  "licenseBatch.step": LICENSE_STAFF,
  "licenseBatch.count": EVERYBODY,
  "licenseBatch.preview": EVERYBODY,
  "licenseBatch.suspend": LICENSE_STAFF,
  "licenseBatch.reinstate": LICENSE_STAFF,
  "licenseBatch.renew": LICENSE_STAFF,
  "licenseBatch.move": LICENSE_STAFF,
  "licenseBatch.revoke": ADMINS,
  "licenseBatch.refused": EVERYBODY,
  "overview.get": EVERYBODY,
  "policy.list": EVERYBODY,
  "policy.get": EVERYBODY,
  "policy.diff": EVERYBODY,
  "policy.impact": EVERYBODY,
  "policy.suggestions": EVERYBODY,
  "policy.create": ADMINS,
  "policy.update": ADMINS,
  "policy.saveDraft": ADMINS,
  "policy.discardDraft": ADMINS,
  "policy.publish": ADMINS,
  "policy.setArchived": ADMINS,
  "policy.moveLicenses": ADMINS,
  "portal.license.list": CUSTOMERS,
  "portal.license.summary": CUSTOMERS,
  "portal.license.get": CUSTOMERS,
  "portal.license.certificate": CUSTOMERS,
  "portal.license.revealKey": MANAGERS,
  "portal.device.list": CUSTOMERS,
  "portal.device.rename": CUSTOMERS,
  "portal.device.impact": MANAGERS,
  "portal.device.deactivate": MANAGERS,
  "portal.seat.pools": CUSTOMERS,
  "portal.seat.held": CUSTOMERS,
  "portal.seat.release": MANAGERS,
  "portal.people.list": CUSTOMERS,
  "portal.people.invitations": CUSTOMERS,
  "portal.people.invite": MANAGERS,
  "portal.people.revokeInvitation": MANAGERS,
  "portal.people.requests": MANAGERS,
  "portal.people.admit": MANAGERS,
  "portal.people.decline": MANAGERS,
  "portal.people.changeRole": MANAGERS,
  "portal.people.remove": MANAGERS,
  "portal.mailPreferences": CUSTOMERS,
  "portal.setMailPreference": CUSTOMERS,
  "portal.offline.look": CUSTOMERS,
  "portal.offline.take": CUSTOMERS,
  "portal.offline.exchanges": CUSTOMERS,
  "portal.offline.response": CUSTOMERS,
  "portal.offline.snapshot": CUSTOMERS,
  "portal.usage.meters": CUSTOMERS,
  "portal.usage.ledger": CUSTOMERS,
  "portal.downloads": CUSTOMERS,
  "product.downloads": EVERYBODY,
  "product.addDownload": ADMINS,
  "product.removeDownload": ADMINS,
  "product.list": EVERYBODY,
  "product.get": EVERYBODY,
  "product.sdk": EVERYBODY,
  "product.create": ADMINS,
  "product.update": ADMINS,
  "product.setArchived": ADMINS,
  "product.addFeature": ADMINS,
  "product.updateFeature": ADMINS,
  "product.setFeatureArchived": ADMINS,
  "product.addMeter": ADMINS,
  "product.updateMeter": ADMINS,
  "product.setMeterArchived": ADMINS,
  "promotion.get": ADMINS,
  "promotion.promote": ADMINS,
  "promotion.trial": EVERYBODY,
  "seat.pools": EVERYBODY,
  "seat.held": EVERYBODY,
  "seat.release": LICENSE_STAFF,
  "search.query": EVERYBODY,
  "settings.get": EVERYBODY,
  "settings.update": ADMINS,
  "start.get": ADMINS,
  "start.choose": ADMINS,
  "start.chooseAgain": ADMINS,
  "start.issue": ADMINS,
  "signUp.request": ANYONE,
  "signUp.complete": ANYONE,
  "team.digest": EVERYBODY,
  "team.setDigest": EVERYBODY,
  "team.list": EVERYBODY,
  "team.invitations": EVERYBODY,
  "team.changeRole": ADMINS,
  "team.remove": ADMINS,
  "team.invite": ADMINS,
  "team.revokeInvitation": ADMINS,
  "team.invitation": ANYONE,
  "team.acceptInvitation": ANYONE,
  "team.acceptInvitationByIdentity": ANYONE,
  "trust.get": EVERYBODY,
  "trust.bundles": EVERYBODY,
  "trust.announceKey": ADMINS,
  "trust.activateKey": ADMINS,
  "trust.replaceCompromisedKey": ADMINS,
  "trust.rotateRoot": ADMINS,
  "trust.replaceCompromisedRoot": ADMINS,
  "trust.exportRoot": ADMINS,
  "trust.prepareBundle": ADMINS,
  "trust.takeSignedBundle": ADMINS,
  "trust.restoreRoot": ADMINS,
  "webhook.list": "owner admin developer auditor",
  "webhook.create": DEVELOPERS,
  "webhook.update": DEVELOPERS,
  "webhook.setEnabled": DEVELOPERS,
  "webhook.remove": DEVELOPERS,
  "webhook.rotateSecret": DEVELOPERS,
  "webhook.revealSecret": DEVELOPERS,
  "webhook.sendTest": DEVELOPERS,
  "webhook.deliveries": "owner admin developer auditor",
  "webhook.delivery": "owner admin developer auditor",
  "webhook.replay": DEVELOPERS,
  "webhook.replayable": "owner admin developer auditor",
  "webhook.replaySince": DEVELOPERS,
};

const PROCEDURES = Object.keys(appRouter._def.procedures);
const REACHED = "the service was reached";

/** Services of which every method says that it was called: authorisation comes before any of them. */
function services(): PortalServices {
  const reached = new Proxy({}, { get: () => () => Promise.reject(new Error(REACHED)) });
  const log = createLogger({ level: "silent", name: "test" });
  const real = new Map<string | symbol, unknown>([
    ["log", log],
    ["portalMetrics", { begin: () => () => undefined }],
  ]);
  return new Proxy(Object.create(null), { get: (_, name) => real.get(name) ?? reached });
}

function contextOf(role: Role | CustomerRole | undefined): PortalContext {
  const id = "01900000-0000-7000-8000-000000000001";
  const tenant = { id, name: "T", slug: "t", mode: "trial", suspended: false } as const;
  const user = { id, name: "U", email: "u@example.com" };
  const staff = ROLES.find((each) => each === role);
  const person = CUSTOMER_ROLES.find((each) => each === role);
  const current: CurrentActor | undefined = staff && {
    actor: { kind: "user", userId: id, tenantId: id, role: staff },
    user,
    tenant,
    lacksTwoFactor: false,
    tenants: [tenant],
  };
  const customer: CurrentCustomer | undefined = person && {
    userId: id,
    tenantId: id,
    customerId: id,
    role: person,
    user,
    tenant,
    customerName: "C",
    branding: { accent: null, supportEmail: null },
    hasSeveral: false,
    isChosen: false,
  };
  return {
    services: services(),
    correlationId: "cor_test",
    ip: "192.0.2.1",
    currentActor: async () => current,
    currentCustomer: async () => customer,
  };
}

/** `allowed`, or the code it was refused with. Whether the input is good does not matter: permission is asked first. */
async function outcome(path: string, role: Role | CustomerRole | undefined): Promise<string> {
  const caller = createCallerFactory(appRouter)(contextOf(role));
  try {
    await Reflect.apply(procedureOf(caller, path), undefined, []);
    return "allowed";
  } catch (error) {
    const refusal = asRefusal(error);
    return refusal === "forbidden" || refusal === "unauthorized" ? refusal : "allowed";
  }
}

function procedureOf(caller: object, path: string): CallableFunction {
  const found = path.split(".").reduce<unknown>((at, name) => Reflect.get(Object(at), name), caller);
  if (typeof found !== "function") throw new Error(`There is no procedure ${path}.`);
  return found;
}

function asRefusal(error: unknown): string {
  if (error instanceof SignetError) return error.code;
  return toSignetError(Object(error), "unknown").code;
}

test("every procedure has a row, and every row a procedure", () => {
  expect(PROCEDURES.toSorted()).toEqual(Object.keys(TABLE).toSorted());
});

describe.each(PROCEDURES)("%s", (path) => {
  const row = TABLE[path] ?? "";

  test.each(ROLES)("as %s", async (role) => {
    const expected =
      [ANYONE, SIGNED_IN].includes(row) || row.split(" ").includes(role) ? "allowed" : "forbidden";
    expect(await outcome(path, role)).toBe(expected);
  });

  test.each(CUSTOMER_ROLES)("as a customer's %s", async (role) => {
    const open = [ANYONE, SIGNED_IN].includes(row) || row.split(" ").includes(role);
    const refusal = path.startsWith("portal.") ? "forbidden" : "unauthorized";
    expect(await outcome(path, role)).toBe(open ? "allowed" : refusal);
  });

  test("signed out", async () => {
    expect(await outcome(path, undefined)).toBe(row === ANYONE ? "allowed" : "unauthorized");
  });
});
