import { createHmac } from "node:crypto";
import { hashPassword, verifyPassword } from "#server/auth/passwords.ts";
import { admitMember } from "#server/authority/customer-members.ts";
import { type Container, createContainer } from "#server/container.ts";
import type { SystemActor } from "#server/domain/actor.ts";
import { DEFAULT_RULES, type PolicyRules } from "#server/domain/policy.ts";
import { loadEnv } from "#server/platform/env.ts";
import { newUuid, randomSecret } from "#server/platform/ids.ts";

/**
 * Makes a trial tenant to look around in, through the same services the portal uses, and prints one line of JSON about it.
 * Each step looks for what is there and leaves it as it is, so that a run that was interrupted can be repeated.
 */

const DAY_MS = 86_400_000;
const ANNUAL_DAYS = 365;
const ENDING_SOON_DAYS = 12;

interface SignIn {
  readonly label: string;
  readonly email: string;
  /** Undefined when the account was there before, with another than the demo's. */
  readonly password: string | undefined;
  readonly userId: string;
}

const RENDERER = {
  code: "renderer",
  name: "Renderer",
  description: "Renders film on the desktop.",
  keyPrefix: "RNDR",
};
const EXPORT = {
  code: "export-4k",
  name: "4K export",
  description: "Write files of more than 1080 lines.",
  kind: "flag",
} as const;
const PROJECTS = {
  code: "projects-max",
  name: "Projects",
  description: "Projects that may be open at once.",
  kind: "limit",
} as const;
const SUPPORT = {
  code: "support-tier",
  name: "Support tier",
  description: "How soon support answers.",
  kind: "value",
} as const;
const MINUTES = { code: "render-minutes", name: "Render minutes", unit: "render-minutes" };

const ANNUAL_RULES: PolicyRules = {
  ...DEFAULT_RULES,
  type: "subscription",
  durationDays: ANNUAL_DAYS,
  graceDays: 14,
  activationsMax: 3,
  offlineAllowed: true,
  offlineDaysMax: 90,
  trustMaxAgeDays: 90,
  features: { "export-4k": true, "projects-max": 50, "support-tier": "priority" },
  meters: {
    "render-minutes": {
      periodCredits: 600,
      period: "month",
      overdraft: 0,
      ticketTtlSeconds: 3_600,
      ticketAmountMax: 120,
    },
  },
};
const TRIAL_RULES: PolicyRules = {
  ...DEFAULT_RULES,
  type: "trial",
  durationDays: 14,
  validFrom: "first_activation",
  features: { "export-4k": false, "projects-max": 3, "support-tier": "community" },
};

async function seed(container: Container, demoSecret: string) {
  const { tenants, trust } = container;
  const admin = await signIn(container, "Admin", "admin@signet.local", demoSecret);
  const person = await signIn(container, "Customer", "customer@signet.local", demoSecret);
  const tenant =
    (await tenants.resolve("acme")) ??
    (await tenants.create({ slug: "acme", name: "Acme Studio", mode: "trial", ownerUserId: admin.userId }));
  const actor: SystemActor = { kind: "system", tenantId: tenant.id };
  const productId = await renderer(container, actor);
  const annual = await policy(container, actor, productId, "studio-annual", "Studio annual", ANNUAL_RULES);
  const trial = await policy(container, actor, productId, "trial", "Trial", TRIAL_RULES);
  const customerId = await northwind(container, actor, person);
  const keys = await licenses(container, actor, customerId, { annual, trial });
  const signIns = [admin, person].map(({ label, email, password }) => ({ label, email, password }));
  return {
    tenant: tenant.slug,
    rootKey: await trust.rootKey(tenant.id),
    signIns: signIns.filter(({ password }) => password !== undefined),
    licenses: keys.map((key) => ({ product: RENDERER.code, key })),
  };
}

async function signIn(
  { database, clock }: Container,
  label: string,
  email: string,
  demoSecret: string,
): Promise<SignIn> {
  const password = createHmac("sha256", demoSecret).update(email).digest("base64url").slice(0, 16);
  const known = await database.prisma.user.findUnique({ where: { email } });
  if (known !== null) {
    const fits = await verifyPassword(known.passwordHash, password);
    return { label, email, password: fits ? password : undefined, userId: known.id };
  }
  const userId = newUuid();
  const row = {
    id: userId,
    email,
    name: `Demo ${label.toLowerCase()}`,
    createdAt: clock.now(),
    addressProvenAt: clock.now(),
  };
  await database.prisma.user.create({ data: { ...row, passwordHash: await hashPassword(password) } });
  return { label, email, password, userId };
}

async function renderer({ products }: Container, actor: SystemActor): Promise<string> {
  const known = (await products.list(actor)).find(({ code }) => code === RENDERER.code);
  const id = known?.id ?? (await products.create(actor, RENDERER)).id;
  const { features, meters } = await products.get(actor, id);
  for (const feature of [EXPORT, PROJECTS, SUPPORT]) {
    if (!features.some(({ code }) => code === feature.code)) await products.addFeature(actor, id, feature);
  }
  if (meters.length === 0) await products.addMeter(actor, id, MINUTES);
  return id;
}

async function policy(
  { policies }: Container,
  actor: SystemActor,
  productId: string,
  code: string,
  name: string,
  rules: PolicyRules,
): Promise<string> {
  const known = (await policies.list(actor, { productId })).find((entry) => entry.code === code);
  const id =
    known?.id ?? (await policies.create(actor, { productId, code, name, description: "", rules })).id;
  if (!known?.newestVersion) await policies.publish(actor, id);
  return id;
}

async function northwind(
  { customers, database, clock }: Container,
  actor: SystemActor,
  person: SignIn,
): Promise<string> {
  const name = "Northwind Design";
  const { items } = await customers.list(actor, { search: name, state: "current", limit: 1 });
  const fields = { name, email: person.email, note: "A demo customer." };
  const id = items[0]?.id ?? (await customers.create(actor, fields)).id;
  const { members } = await customers.get(actor, id);
  if (!members.some(({ userId }) => userId === person.userId)) {
    const { userId, email } = person;
    await database.withTenant(actor.tenantId, (tx) =>
      admitMember(tx, actor, clock, { customerId: id, userId, email, role: "manager" }),
    );
  }
  return id;
}

/** The keys of three licenses, one of which ends soon. */
async function licenses(
  { licenses, clock }: Container,
  actor: SystemActor,
  customerId: string,
  policies: { readonly annual: string; readonly trial: string },
): Promise<string[]> {
  const { items } = await licenses.list(actor, { customerId, limit: 100 });
  const startsAt = new Date(clock.now().getTime() - (ANNUAL_DAYS - ENDING_SOON_DAYS) * DAY_MS);
  const keys: string[] = [];
  for (const wanted of [
    { policyId: policies.annual, note: "Main studio" },
    { policyId: policies.annual, note: "Night shift", startsAt },
    { policyId: policies.trial, note: "Evaluation" },
  ]) {
    const known = items.find(({ note }) => note === wanted.note);
    if (known === undefined) {
      const issued = await licenses.issue(actor, { customerId, count: 1, overrides: {}, ...wanted });
      keys.push(...issued.map(({ key }) => key));
    } else {
      keys.push(await licenses.revealKey(actor, known.id));
    }
  }
  return keys;
}

try {
  const demoSecret = process.env.SIGNET_DEMO_SECRET || randomSecret(32);
  const container = createContainer(loadEnv(), "seed");
  const made = await seed(container, demoSecret).finally(() => container.close());
  process.stdout.write(`${JSON.stringify(made)}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
}
