import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTrustBundle, type VerifiableKind, verifyToken } from "#sdk/verify.ts";
import { KEY_USES, type KeyUse } from "#sdk/wire.ts";
import { newUuid } from "#server/platform/ids.ts";
import { type Authority, createAuthority } from "#server/testing/authority.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { activateRequest, createLicense, createTenant } from "#server/testing/fixtures.ts";
import { METER_RULES } from "#server/testing/usage.ts";
import { HOSTS, type Host } from "./testing/hosts.ts";

const NONCE = "c2lnbmV0LW5vbmNlLTAz";
const DEVICES = 8;
/** Answers that every device gets between two compromises. */
const ANSWERS = 3;

/** Two processes on one database. */
let authorities: readonly [Authority, Authority];
let hosts: readonly Host[];
let drop: () => Promise<void>;
beforeAll(async () => {
  const database = await createTestDatabase();
  drop = database.drop;
  authorities = [createAuthority(database.appUrl), createAuthority(database.appUrl)];
  hosts = await Promise.all(
    authorities.map((authority) => HOSTS.Fastify({ ...authority, log: pino({ level: "silent" }) })),
  );
});
afterAll(async () => {
  for (const host of hosts) await host.stop();
  for (const authority of authorities) await authority.close();
  await drop();
});

test("keys are disowned in one process while devices ask two: nothing they sign or signed counts from then on, and whoever activates again goes on", async () => {
  const [one] = authorities;
  const tenant = await createTenant(one);
  const { tenantId } = tenant;
  const rules = {
    activationsMax: DEVICES,
    seats: DEVICES,
    meters: { credits: { ...METER_RULES, periodCredits: 1_000_000 } },
  };
  const license = await createLicense(one, tenant, rules);
  const rootKey = await one.trust.rootKey(tenantId);
  const wrong: string[] = [];
  const charged: string[] = [];
  /** Key ids declared compromised so far; what begins later must know. */
  const disowned = new Set<string>();
  const answers = new Array<number>(DEVICES).fill(0);
  let [refusals, turn] = [0, 0];
  let isOver = false;

  async function ask(path: string, body: object, token?: string) {
    const known = new Set(disowned);
    const isStale = token !== undefined && known.has(kidOf(token));
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const host = hosts[turn++ % hosts.length];
    if (host === undefined) throw new Error("There is no host.");
    const { status, json } = await host.ask("POST", `/v1/${tenant.slug}/${path}`, { headers, body });
    const answer: Record<string, unknown> = Object(json());
    if (isStale && status !== 401) wrong.push(`${path}: a token of a disowned key was answered ${status}`);
    for (const [kind, jws] of signedIn(answer)) {
      if (known.has(kidOf(jws))) wrong.push(`${path}: a ${kind} was signed by a key disowned before`);
      else await verify(kind, jws, known);
    }
    return { status, answer };
  }

  /** As a client that has the newest bundle; of a key that was disowned meanwhile it need not be believed. */
  async function verify(kind: VerifiableKind, jws: string, known: ReadonlySet<string>): Promise<void> {
    const now = one.clock.now().getTime();
    const { jws: text } = await one.trust.currentBundle(tenantId);
    const bundle = await openTrustBundle(text, rootKey, { now });
    if (bundle.isKeyRevoked(kidOf(jws)) && !known.has(kidOf(jws))) return;
    await verifyToken(jws, kind, bundle, { audience: "renderer", now }).catch((error) =>
      wrong.push(`a ${kind} did not verify: ${error.reason}`),
    );
  }

  async function device(number: number): Promise<void> {
    const ids = new Set<unknown>();
    const activate = async (): Promise<string> => {
      const {
        requestHash: _h,
        correlationId: _c,
        ...body
      } = activateRequest(license.licenseKey, `device-${number}`);
      const { status, answer } = await ask("activations", body);
      ids.add(Reflect.get(Object(answer.activation), "id"));
      if (status >= 300) wrong.push(`an activation was answered ${status} ${answer.code}`);
      return String(answer.token);
    };
    let token = await activate();
    for (; !isOver; answers[number] = (answers[number] ?? 0) + 1) {
      const id = newUuid();
      const event = { id, meter: "credits", amount: 1, occurredAt: "2030-01-01T00:00:00.000Z" };
      const asked = [
        () => ask("usage", { events: [event] }, token),
        () => ask("leases", { holder: `holder-${number}`, nonce: NONCE }, token),
        () => ask("tickets", { id, meter: "credits", amount: 2 }, token),
      ][(answers[number] ?? 0) % 3];
      const { status } = (await asked?.()) ?? { status: 0 };
      if (status < 300 && asked !== undefined && (answers[number] ?? 0) % 3 === 0) charged.push(id);
      if (status === 401) {
        refusals++;
        // Nobody with a token of a key in force is refused: only a compromise in between can be the reason.
        if (!disowned.has(kidOf(token)) && !(await isCompromised(kidOf(token))))
          wrong.push("a good token was refused");
        token = await activate();
      } else if (status >= 300) wrong.push(`a device was answered ${status}`);
    }
    if (ids.size !== 1) wrong.push(`device ${number} has ${ids.size} activations`);
  }

  /** The declaration may have committed while its caller has not heard of it. */
  const isCompromised = (kid: string) =>
    one.database.withTenant(tenantId, async (tx) => {
      const key = await tx.signingKey.findUniqueOrThrow({ where: { tenantId_kid: { tenantId, kid } } });
      return key.status === "compromised";
    });

  async function disown(use: KeyUse, by: Authority): Promise<void> {
    const kid = await by.database.withTenant(tenantId, async (tx) => {
      const active = await tx.signingKey.findFirstOrThrow({ where: { tenantId, use, status: "active" } });
      await by.trust.rotation.compromise(tx, tenantId, active.kid);
      return active.kid;
    });
    disowned.add(kid);
  }

  const devices = Array.from({ length: DEVICES }, (_, number) => device(number));
  const traffic = async () => {
    const before = [...answers];
    const isDone = () => answers.every((count, n) => count >= (before[n] ?? 0) + ANSWERS);
    while (!isDone() && wrong.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
  };
  try {
    await traffic();
    for (const use of [...KEY_USES, "activation", "activation"] as const) {
      await disown(use, authorities[disowned.size % 2] ?? one);
      await traffic();
    }
  } finally {
    isOver = true;
    await Promise.all(devices);
  }
  expect([...new Set(wrong)]).toEqual([]);
  expect(refusals).toBeGreaterThanOrEqual(DEVICES);
  const lines = await one.database.withTenant(tenantId, (tx) =>
    tx.ledgerEntry.findMany({ where: { tenantId, kind: "debit" } }),
  );
  expect(lines.map(({ eventId }) => eventId).sort()).toEqual(charged.sort());
}, 60_000);

function kidOf(jws: string): string {
  return JSON.parse(Buffer.from(jws.split(".")[0] ?? "", "base64url").toString()).kid;
}

/** What of an answer is signed, by the kind of token it is. */
function signedIn(answer: Record<string, unknown>): [VerifiableKind, string][] {
  const { token, certificate, receipt, decision } = answer;
  return [token, certificate, receipt, decision].flatMap((jws) => {
    if (typeof jws !== "string") return [];
    const { typ } = JSON.parse(Buffer.from(jws.split(".")[0] ?? "", "base64url").toString());
    const kind = (["license", "activation", "lease", "ticket", "receipt", "denial"] as const).find(
      (each) => typ === `signet-${each}+jwt`,
    );
    return kind === undefined ? [] : [[kind, jws] satisfies [VerifiableKind, string]];
  });
}
