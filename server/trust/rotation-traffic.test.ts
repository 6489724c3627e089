import { afterAll, beforeAll, expect, test } from "vitest";
import { openTrustBundle, type TrustBundle, type VerifiableKind, verifyToken } from "#sdk/verify.ts";
import { KEY_USES, type WorkingTokenKind } from "#sdk/wire.ts";
import type { Decision } from "#server/domain/decision.ts";
import { newUuid } from "#server/platform/ids.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import {
  activateRequest,
  createLicense,
  createRuntime,
  createTenant,
  type Runtime,
} from "#server/testing/fixtures.ts";
import { TestClock } from "#server/testing/test-clock.ts";
import { METER_RULES } from "#server/testing/usage.ts";
import { DAY_MS } from "./bundle.ts";

const LANES = 6;
/** Rounds that every lane runs between two steps of a rotation. */
const ROUNDS = 2;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

function granted<Value>(decision: Decision<Value>): Value {
  if (decision.outcome === "denied") throw new Error(decision.code);
  return decision.value;
}

/** A client that pins the tenant's first root and keeps the newest bundle it has seen, as an application does. */
class Client {
  #bundle: TrustBundle | undefined;
  readonly #fetch: () => Promise<{ jws: string; seq: number }>;
  readonly #root: string;
  readonly #clock: TestClock;
  /** Whether it looks for a bundle as soon as a token names a newer one, or only when its own has ended. */
  readonly #isEager: boolean;

  constructor(
    fetch: () => Promise<{ jws: string; seq: number }>,
    root: string,
    clock: TestClock,
    isEager: boolean,
  ) {
    this.#fetch = fetch;
    this.#root = root;
    this.#clock = clock;
    this.#isEager = isEager;
  }

  async verify(kind: VerifiableKind, jws: string, seq: number): Promise<void> {
    const now = this.#clock.now().getTime();
    const held = this.#bundle;
    const isStale = held === undefined || now >= held.expiresAt * 1000 || (this.#isEager && held.seq < seq);
    const bundle = isStale ? await this.#refetch(held, now) : held;
    await verifyToken(jws, kind, bundle, { audience: "renderer", now });
  }

  async #refetch(held: TrustBundle | undefined, now: number): Promise<TrustBundle> {
    const { jws } = await this.#fetch();
    const seen = this.#bundle ?? held;
    const bundle = await openTrustBundle(jws, this.#root, { now, lastRoot: seen?.root });
    if (seen === undefined || bundle.seq >= seen.seq) this.#bundle = bundle;
    return bundle;
  }
}

test("every key and the root rotate while two servers sign, and no verification fails anywhere", async () => {
  const clock = new TestClock("2030-01-01");
  const servers = [createRuntime(database.appUrl, clock), createRuntime(database.appUrl, clock)] as const;
  const [one, other] = servers;
  const tenant = await createTenant(one);
  const { tenantId } = tenant;
  const license = await createLicense(one, tenant, {
    activationsMax: null,
    seats: 100,
    meters: { credits: { ...METER_RULES, periodCredits: 1_000_000 } },
  });
  const root = await one.trust.rootKey(tenantId);
  const clients = servers.flatMap(({ trust }) =>
    [true, false].map((isEager) => new Client(() => trust.currentBundle(tenantId), root, clock, isEager)),
  );
  const failures: string[] = [];
  const kids = new Map<string, Set<string>>();
  let verified = 0;
  let turn = 0;
  const server = (): Runtime => servers[turn++ % 2] ?? one;
  const lasting: { kind: VerifiableKind; token: string }[] = [];

  async function verify(kind: VerifiableKind, token: string) {
    const [header, payload] = token.split(".").map((text) => Buffer.from(text, "base64url").toString());
    const seen = kids.get(kind) ?? new Set();
    kids.set(kind, seen.add(JSON.parse(header ?? "").kid));
    const { trust: seq, exp } = JSON.parse(payload ?? "");
    if (exp * 1000 <= clock.now().getTime()) return;
    for (const client of clients) {
      verified++;
      await client
        .verify(kind, token, seq)
        .catch((error) => failures.push(`${kind}: ${error.code} ${error.reason}`));
    }
  }

  async function round(lane: number) {
    const correlationId = "cor_traffic";
    const binding = { requestHash: newUuid(), correlationId };
    const activation = granted(
      await server().activations.activate(tenantId, activateRequest(license.licenseKey, `lane-${lane}`)),
    );
    const caller = { licenseId: license.id, activationId: activation.activationId, ...binding };
    const nonce = "bm9uY2Utbm9uY2Utbm9uY2U";
    const refreshed = granted(await server().activations.refresh(tenantId, { ...caller, nonce }));
    const lease = granted(
      await server().leases.checkout(tenantId, { ...caller, holder: `lane-${lane}`, nonce }),
    );
    const beat = granted(
      await server().leases.heartbeat(tenantId, {
        ...caller,
        leaseId: lease.leaseId,
        fence: lease.fence,
        nonce,
      }),
    );
    const id = newUuid();
    const ticket = granted(
      await server().usage.issue(tenantId, { ...caller, id, meter: "credits", amount: 2 }),
    );
    const settled = granted(await server().usage.settle(tenantId, { ...caller, ticketId: id, used: 1 }));
    const denial = await server().trust.signDenial(tenantId, {
      code: "lease_fenced",
      subject: "lea_any",
      audience: "renderer",
      ...binding,
    });
    const signed: [VerifiableKind, string][] = [
      ["activation", activation.token],
      ["license", activation.certificate],
      ["activation", refreshed.token],
      ["lease", lease.token],
      ["lease", beat.token],
      ["ticket", ticket.token],
      ["receipt", settled.receipt],
      ["denial", denial],
    ];
    for (const [kind, token] of signed) await verify(kind, token);
    for (const each of servers) {
      if ((await each.trust.verifyActivationToken(tenantId, refreshed.token)) === undefined)
        failures.push("a server refused an activation token");
    }
    // What was signed before must go on being believed after: by keys that were followed meanwhile.
    for (const { kind, token } of lasting.slice(-8)) await verify(kind, token);
    lasting.push(...signed.map(([kind, token]) => ({ kind, token })));
  }

  const done = new Array<number>(LANES).fill(0);
  let running = true;
  let gate: Promise<void> | undefined;
  const inside = new Set<number>();
  const lanes = done.map(async (_, lane) => {
    while (running) {
      if (gate !== undefined) await gate;
      inside.add(lane);
      await round(lane).catch((error) => failures.push(`round: ${error}`));
      inside.delete(lane);
      done[lane] = (done[lane] ?? 0) + 1;
      await new Promise(setImmediate);
    }
  });
  const until = async (holds: () => boolean) => {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2));
  };
  const traffic = async () => {
    const before = [...done];
    await until(() => done.every((count, lane) => count >= (before[lane] ?? 0) + ROUNDS));
  };
  /** Time moves between two rounds: within one a lease of minutes would end under its own verification. */
  const month = async () => {
    let open = () => {};
    gate = new Promise((resolve) => {
      open = resolve;
    });
    await until(() => inside.size === 0);
    for (let days = 10; days <= 30; days += 10) {
      clock.advance(10 * DAY_MS);
      // The job runs all along; on the last day, what is due is done below, by hand and under traffic.
      if (days < 30) await one.trust.refreshExpiring();
    }
    gate = undefined;
    open();
  };
  const within = <Value>(at: Runtime, work: Parameters<Runtime["database"]["withTenant"]>[1]) =>
    at.database.withTenant(tenantId, work) as Promise<Value>;

  try {
    await traffic();
    for (const use of KEY_USES) {
      await within(one, (tx) => one.trust.rotation.announce(tx, tenantId, use));
      await traffic();
      await month();
      await within(other, (tx) => other.trust.rotation.activate(tx, tenantId, use, { early: false }));
      await traffic();
    }
    await within(other, (tx) => other.trust.roots.rotate(tx, tenantId));
    await traffic();
    await month();
    await traffic();
  } finally {
    running = false;
    await Promise.all(lanes);
    await Promise.all(servers.map((each) => each.close()));
  }
  expect([...new Set(failures)]).toEqual([]);
  const rotated: WorkingTokenKind[] = ["license", "activation", "lease", "ticket", "receipt", "denial"];
  expect(rotated.map((kind) => [kind, kids.get(kind)?.size])).toEqual(rotated.map((kind) => [kind, 2]));
  expect(verified).toBeGreaterThan(1_000);
}, 120_000);
