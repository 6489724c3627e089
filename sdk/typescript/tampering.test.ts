import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createTenant } from "../../server/testing/fixtures.ts";
import { CODE_FACTS, isServerCode } from "./src/codes.ts";
import { type Activation, isSignetError, memoryStorage, type Signet, SignetError } from "./src/index.ts";
import { isRecord } from "./src/shapes.ts";
import { copyOf } from "./testing/air-gap.ts";
import { TestNetwork, through } from "./testing/network.ts";
import { creditRules, RealServer } from "./testing/real-server.ts";
import { type Tampering, tamperingsOf } from "./testing/tampering.ts";
import { time } from "./testing/timers.ts";

vi.mock("./src/timer.ts", async (original) => ({
  ...(await original<typeof import("./src/timer.ts")>()),
  later: (await import("./testing/timers.ts")).time.later,
}));

type Body = Record<string, unknown>;
type Device = Awaited<ReturnType<RealServer["device"]>>;
type Answered = { readonly status: number; readonly body: Body };

const RULES = {
  ...creditRules(1_000_000),
  seats: 5,
  leaseTtlSeconds: 300,
  heartbeatSeconds: 60,
  features: { "export-4k": true, "watermark-off": false, "render-nodes": 8, tier: "studio" },
};

let server: RealServer;
let ours: Device;
let ending: Device;
let suspended: Device;
/** Its user may not deactivate it. */
let kept: Device;
beforeAll(async () => {
  server = await RealServer.create();
  ours = await server.device(RULES);
  ending = await server.device(RULES);
  suspended = await server.device(RULES);
  kept = await server.device({ ...RULES, selfServiceDeactivation: false });
  await server.suspend(suspended.license.id);
});
afterAll(() => server.end());

/** A program just started, on a copy of a device's state. */
interface App {
  readonly device: Device;
  readonly signet: Signet;
  readonly activation: Activation;
  readonly storage: Device["storage"];
  readonly network: TestNetwork;
  /** What the library has told its log. */
  readonly told: string[];
}

/** Something the library asks of the server, and acts upon. */
interface Exchange {
  readonly path: RegExp;
  readonly device: () => Device;
  /** @returns what the application sees and acts upon. */
  run(app: App): Promise<unknown>;
  /** The same, out of the server's own answer. */
  truth(answer: Body, activated: Body): unknown;
}

async function startedOn(device: Device): Promise<App> {
  time.begin(time.now());
  server.pass(1_000);
  const { network } = device;
  network.interfere = through;
  network.sent.length = 0;
  const storage = await copyOf(device.storage);
  const told: string[] = [];
  const signet = device.restarted({ storage, debug: ({ event }) => told.push(event) });
  return { device, signet, storage, network, told, activation: await signet.current() };
}

/** What an activation lets an application do. */
function standingOf(activation: Activation) {
  const { id, status, features, expiresAt, graceUntil, license } = activation;
  const has = Object.keys(features).filter((code) => activation.has(code));
  return { id, status, features, has, expiresAt, graceUntil, license };
}

/** The standing that the state on disk gives to the next program. */
async function keptBy({ device, storage }: Pick<App, "device" | "storage">) {
  const next = device.restarted({ storage });
  return next.current().then(standingOf, (error: unknown) => (isSignetError(error) ? error.code : error));
}

/** Out of an answer to activate or refresh. */
function granted({ token, certificate }: Body) {
  const claims = decodeJwt<Body>(String(token));
  const license = decodeJwt<Body>(String(certificate));
  const dated = (seconds: unknown) => (typeof seconds === "number" ? new Date(seconds * 1000) : undefined);
  const features = isRecord(claims.features) ? claims.features : {};
  const { policy, activationsMax, seats, validFrom, validUntil } = license;
  return {
    id: claims.sub,
    status: "active",
    features,
    has: Object.keys(features).filter((code) => Boolean(features[code])),
    expiresAt: dated(claims.exp),
    graceUntil: undefined,
    license: {
      id: license.sub,
      policy,
      validFrom: dated(validFrom),
      validUntil: dated(validUntil),
      activationsMax: activationsMax ?? undefined,
      seats,
    },
  };
}

function part(answer: Body, name: string): Body {
  const value = answer[name];
  return isRecord(value) ? value : {};
}

/** Fails unless a seat that was not renewed is still held as it was. */
async function beat({ activation, told }: App, before: () => Promise<void> = async () => {}) {
  const seat = await activation.checkout({ holder: "ada" });
  const { expiresAt, slot } = seat;
  let lost: SignetError | undefined;
  seat.on("lost", ({ error }) => {
    lost = error;
  });
  await before();
  server.pass(60_000);
  await vi.waitFor(
    () => expect(told).toContainEqual(expect.stringMatching(/seat_renewed|heartbeat_failed/)),
    {
      timeout: 10_000,
      interval: 1,
    },
  );
  const seen = { status: seat.status, slot: seat.slot, expiresAt: seat.expiresAt };
  const asBefore = seen.expiresAt.getTime() === expiresAt.getTime() && seen.slot === slot;
  if (seen.status === "lost" && lost?.signed) throw lost;
  if (seen.status === "held" && asBefore) throw new SignetError("response_invalid");
  return seen;
}

async function ended(app: App, how: "settle" | "void") {
  const ticket = await app.activation.ticket("credits", 10);
  await ticket.spend(3);
  try {
    return await (how === "settle" ? ticket.settle() : ticket.void());
  } catch (error) {
    if (isSignetError(error) && !error.signed && (await ticketsOf(app)) !== 1)
      throw new Error("The ticket was forgotten.");
    throw error;
  }
}

const ticketsOf = async ({ storage }: App) =>
  (await storage.list()).filter((name) => name.startsWith("ticket-")).length;

const receiptOf = (answer: Body) => {
  const { used, amount } = part(answer, "ticket");
  return { used, returned: Number(amount) - Number(used), balance: answer.balance };
};

const seatOf = (answer: Body) => {
  const { slot, expiresAt } = part(answer, "lease");
  return { status: "held", slot, expiresAt: new Date(String(expiresAt)) };
};

const EXCHANGES: Record<string, Exchange> = {
  activate: {
    path: /\/activations$/,
    device: () => ours,
    run: async ({ signet, device }) => standingOf(await signet.activate(device.license.licenseKey)),
    truth: granted,
  },
  refresh: {
    path: /\/refresh$/,
    device: () => ours,
    run: async ({ activation }) => {
      await activation.refresh();
      return standingOf(activation);
    },
    truth: granted,
  },
  deactivate: {
    path: /\/deactivate$/,
    device: () => ending,
    run: async ({ activation }) => {
      await activation.deactivate();
      return activation.status;
    },
    truth: () => "refused",
  },
  checkout: {
    path: /\/leases$/,
    device: () => ours,
    run: async ({ activation }) => {
      const { status, slot, expiresAt } = await activation.checkout({ holder: "ada" });
      return { status, slot, expiresAt };
    },
    truth: seatOf,
  },
  heartbeat: { path: /\/heartbeat$/, device: () => ours, run: beat, truth: seatOf },
  release: {
    path: /\/release$/,
    device: () => ours,
    run: async ({ activation }) => {
      const seat = await activation.checkout({ holder: "bob" });
      await seat.release();
      return seat.status;
    },
    truth: () => "released",
  },
  ticket: {
    path: /\/tickets$/,
    device: () => ours,
    run: async ({ activation }) => {
      const { status, meter, amount, remaining, expiresAt } = await activation.ticket("credits", 7);
      return { status, meter, amount, remaining, expiresAt };
    },
    truth: (answer) => {
      const { meter, amount, expiresAt } = part(answer, "ticket");
      return { status: "open", meter, amount, remaining: amount, expiresAt: new Date(String(expiresAt)) };
    },
  },
  settle: { path: /\/settle$/, device: () => ours, run: (app) => ended(app, "settle"), truth: receiptOf },
  void: { path: /\/void$/, device: () => ours, run: (app) => ended(app, "void"), truth: receiptOf },
  usage: {
    path: /\/usage$/,
    device: () => ours,
    run: async ({ activation: { usage } }) => {
      const told: unknown[] = [];
      usage.on("charged", ({ ids }) => told.push(...ids.map((id) => ({ id, outcome: "accepted" }))));
      usage.on("denied", ({ id, code }) => told.push({ id, outcome: "denied", code }));
      await usage.record("credits", 2);
      await usage.record("minutes", 1);
      await usage.flush().catch(async (error: unknown) => {
        const waiting = await usage.pending();
        if (waiting !== 2 || told.length > 0) throw new Error("Unsent usage was given up.", { cause: told });
        throw error;
      });
      return told;
    },
    truth: ({ events }) =>
      (Array.isArray(events) ? events : []).map(({ id, outcome, code }) =>
        code === undefined ? { id, outcome } : { id, outcome, code },
      ),
  },
  "trust bundle": {
    path: /\/trust$/,
    device: () => ours,
    run: async ({ device, network }) => {
      // As on a machine that has never seen a bundle.
      const fresh = new TestNetwork();
      fresh.interfere = (sent, forward) => network.interfere(sent, forward);
      const storage = memoryStorage();
      const signet = device.restarted({ storage, fetch: fresh.fetch });
      try {
        return standingOf(await signet.activate(device.license.licenseKey));
      } catch (error) {
        if ((await keptBy({ device, storage })) !== "not_activated") throw new Error("It was stored.");
        throw error;
      } finally {
        // The device's key is in the state that the others go on with.
        network.interfere = through;
        await (await startedOn(device)).signet.activate(device.license.licenseKey);
      }
    },
    truth: (_answer, activated) => granted(activated),
  },
};

/** Runs an exchange once; `change` gets the server's own answer, and its own is what arrives. */
async function attacked(exchange: Exchange, change: (answer: Answered) => Answered) {
  const app = await startedOn(exchange.device());
  const before = standingOf(app.activation);
  let truth: Body = {};
  let activated: Body = {};
  app.network.interfere = async (sent, forward) => {
    const reply = await forward();
    const body: Body = await reply.clone().json();
    if (sent.path.endsWith("/activations")) activated = body;
    if (!exchange.path.test(sent.path)) return reply;
    truth = body;
    const lie = change({ status: reply.status, body });
    return Response.json(lie.body, { status: lie.status });
  };
  const outcome = await exchange.run(app).then(
    (seen) => ({ seen, error: undefined }),
    (error: unknown) => ({ seen: undefined, error }),
  );
  app.network.interfere = through;
  return { app, before, truth, activated, ...outcome };
}

type Attack = Awaited<ReturnType<typeof attacked>>;

/** What is wrong about an attack's outcome: undefined when it was refused, or when it changed nothing. */
async function wrongAbout({ truth: truthOf }: Exchange, attack: Attack): Promise<string | undefined> {
  const { app, before, truth, activated, seen, error } = attack;
  const kept = await keptBy(app);
  if (error === undefined) return differing(seen, truthOf(truth, activated));
  if (!isSignetError(error)) return `threw ${String(error)}`;
  if (error.signed) return `took ${error.code} for signed`;
  return differing(standingOf(app.activation), before) ?? differing(kept, before);
}

function differing(found: unknown, expected: unknown): string | undefined {
  try {
    expect(found).toEqual(expected);
    return undefined;
  } catch {
    return `${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`;
  }
}

/** A good answer of that exchange, as it went over the wire. */
async function goodAnswer(exchange: Exchange, device = exchange.device()): Promise<Body> {
  const { truth, error } = await attacked({ ...exchange, device: () => device }, (answer) => answer);
  if (error !== undefined) throw error;
  return truth;
}

/** Each tampering under which something went wrong, and what. */
async function failuresOf(
  tamperings: readonly Tampering[],
  judge: (apply: (answer: Answered) => Answered) => Promise<string | undefined>,
): Promise<string[]> {
  const failures: string[] = [];
  for (const { name, apply } of tamperings) {
    const wrong = await judge(({ status, body }) => {
      const lie = apply(body);
      return { status, body: isRecord(lie) ? lie : {} };
    });
    if (wrong !== undefined) failures.push(`${name}: ${wrong}`);
  }
  return failures;
}

/** The bundle of another vendor on the same server. */
async function foreignBundle(): Promise<unknown> {
  const { slug } = await createTenant(server.authority);
  return (await fetch(`${server.url}/v1/${slug}/trust`)).json();
}

describe("whatever is done to a good answer, an application acts upon the truth or refuses:", () => {
  test.each(Object.keys(EXCHANGES))("%s", { timeout: 120_000 }, async (name) => {
    const exchange = EXCHANGES[name];
    if (exchange === undefined) throw new Error(name);
    const earlier = await goodAnswer(exchange);
    const sample = await goodAnswer(exchange);
    const stranger = () => server.device({ ...RULES, features: { "render-nodes": 99, extra: true } });
    const other =
      name === "trust bundle" ? await foreignBundle() : await goodAnswer(exchange, await stranger());
    const others = [other, earlier];
    const tamperings = tamperingsOf(sample, others);
    expect(tamperings.length).toBeGreaterThan(8);
    const judge = async (change: (answer: Answered) => Answered) =>
      wrongAbout(exchange, await attacked(exchange, change));
    const failures = await failuresOf(tamperings, judge);
    for (const status of [403, 404, 409, 410]) {
      const wrong = await judge(({ body }) => ({ status, body }));
      if (wrong !== undefined) failures.push(`status ${status}: ${wrong}`);
    }
    expect(failures).toEqual([]);
  });
});

interface Refusal extends Omit<Exchange, "truth"> {
  readonly code: string;
}

/** Ends a ticket in one way after another program of the device has ended it in the other. */
async function endedTwice(app: App, how: "settle" | "void") {
  const id = crypto.randomUUID();
  const ticket = await app.activation.ticket("credits", 10, { id });
  const other = await app.device.restarted({ storage: await copyOf(app.device.storage) }).current();
  const same = await other.ticket("credits", 10, { id });
  await (how === "settle" ? same.void() : same.settle());
  return how === "settle" ? ticket.settle() : ticket.void();
}

/** Gives back a seat that somebody else was given meanwhile: a signed no says that there is nothing to give back. */
async function releasedTooLate({ activation, device, told }: App) {
  const seat = await activation.checkout({ holder: "cyd" });
  const { tenantId } = server.tenant;
  await server.authority.database.withTenant(tenantId, (tx) =>
    tx.seat.updateMany({
      where: { pool: { licenseId: device.license.id }, slot: seat.slot },
      data: { fence: { increment: 1 } },
    }),
  );
  await seat.release();
  if (!told.includes("seat_already_gone")) throw new Error("It was taken for given back.");
  throw new SignetError("lease_fenced", { signed: true });
}

const isSuspended = { device: () => suspended, code: "license_suspended" };
const REFUSALS: Record<string, Refusal> = {
  activate: {
    ...isSuspended,
    path: /\/activations$/,
    run: ({ signet, device }) => signet.activate(device.license.licenseKey),
  },
  refresh: { ...isSuspended, path: /\/refresh$/, run: ({ activation }) => activation.refresh() },
  checkout: {
    ...isSuspended,
    path: /\/leases$/,
    run: ({ activation }) => activation.checkout({ holder: "ada" }),
  },
  heartbeat: {
    ...isSuspended,
    path: /\/heartbeat$/,
    device: () => ours,
    run: async (app) => {
      try {
        return await beat(app, () => server.suspend(app.device.license.id));
      } finally {
        await server.reinstate(app.device.license.id);
      }
    },
  },
  release: { path: /\/release$/, device: () => ours, code: "lease_fenced", run: releasedTooLate },
  deactivate: {
    path: /\/deactivate$/,
    device: () => kept,
    code: "forbidden",
    run: ({ activation }) => activation.deactivate(),
  },
  balances: { ...isSuspended, path: /\/balances$/, run: ({ activation }) => activation.balances() },
  ticket: { ...isSuspended, path: /\/tickets$/, run: ({ activation }) => activation.ticket("credits", 1) },
  settle: {
    path: /\/settle$/,
    device: () => ours,
    code: "ticket_voided",
    run: (app) => endedTwice(app, "settle"),
  },
  void: {
    path: /\/void$/,
    device: () => ours,
    code: "ticket_settled",
    run: (app) => endedTwice(app, "void"),
  },
  usage: {
    ...isSuspended,
    path: /\/usage$/,
    run: async ({ activation: { usage } }) => {
      await usage.record("credits", 2);
      await usage.flush().finally(async () => {
        if ((await usage.pending()) !== 1) throw new Error("Unsent usage was given up.");
      });
    },
  },
};

/** What is wrong about the outcome of an attack on a refusal: only the one that was signed may be acted upon. */
async function wrongAboutRefusal(
  { code, path }: Refusal,
  { app, before, error, seen }: Attack,
): Promise<string | undefined> {
  if (!isSignetError(error)) return `threw ${String(error)}, saw ${JSON.stringify(seen)}`;
  if (error.signed && error.code !== code) return `took ${error.code} for signed`;
  const isOver = error.signed && path.source.includes("refresh");
  const standing = standingOf(app.activation);
  if (isOver) return differing([standing.status, standing.has, await keptBy(app)], ["refused", [], code]);
  return differing(standing, before) ?? differing(await keptBy(app), before);
}

describe("whatever is done to a refusal, an application acts upon what was signed or not at all:", () => {
  test.each(Object.keys(REFUSALS))("%s", { timeout: 120_000 }, async (name) => {
    const refusal = REFUSALS[name];
    if (refusal === undefined) throw new Error(name);
    const exchange = { ...refusal, truth: () => undefined };
    const earlier = await attacked(exchange, (answer) => answer);
    const honest = await attacked(exchange, (answer) => answer);
    expect(honest.error).toMatchObject({ code: refusal.code, signed: true });
    const stranger = await refusedRefresh(await server.device(RULES));
    const judge = async (change: (answer: Answered) => Answered) =>
      wrongAboutRefusal(refusal, await attacked(exchange, change));
    const failures = await failuresOf(tamperingsOf(honest.truth, [stranger, earlier.truth]), judge);
    const statuses = name === "void" || name === "settle" ? [200, 404] : [200, 404, 410];
    for (const status of statuses) {
      const wrong = await judge(({ body }) => ({ status, body }));
      if (wrong !== undefined) failures.push(`status ${status}: ${wrong}`);
    }
    expect(failures).toEqual([]);
  });
});

/** A signed refusal of a device's own, from when its license was suspended for a moment. */
async function refusedRefresh(device: Device): Promise<Body> {
  await server.suspend(device.license.id);
  const refused = { path: /\/refresh$/, device: () => device, truth: () => undefined };
  const { truth } = await attacked(
    { ...refused, run: ({ activation }) => activation.refresh() },
    (answer) => answer,
  );
  await server.reinstate(device.license.id);
  expect(truth.decision).toBeTypeOf("string");
  return truth;
}

describe("a refusal that nobody signed for this request neither disables an application nor makes it forget:", () => {
  test.each(Object.keys(EXCHANGES).filter((name) => name !== "trust bundle"))("%s", async (name) => {
    const exchange = EXCHANGES[name];
    if (exchange === undefined) throw new Error(name);
    const codes = Object.keys(CODE_FACTS).filter(isServerCode);
    const spread = name === "refresh" ? codes : ["license_revoked", "activation_not_found", "lease_fenced"];
    // One that was true once, of this very activation, and another's.
    const decisions = [
      (await refusedRefresh(ours)).decision,
      (await refusedRefresh(await server.device(RULES))).decision,
    ];
    const failures: string[] = [];
    // A page that says 200 to everything.
    const portal = await attacked(exchange, () => ({ status: 200, body: { status: "ok" } }));
    if (portal.error === undefined) failures.push(`200: ${JSON.stringify(portal.seen)}`);
    for (const [index, code] of spread.entries()) {
      for (const decision of index === 0 ? [undefined, ...decisions] : [undefined]) {
        const status = [410, 404, 403][index % 3] ?? 403;
        const problem = { type: "about:blank", title: code, status, code, detail: "Believe me.", decision };
        const attack = await attacked(exchange, () => ({ status, body: problem }));
        const why =
          attack.error === undefined ? "was taken for a success" : await wrongAbout(exchange, attack);
        if (why !== undefined) failures.push(`${status} ${code} ${decision ? "replayed" : ""}: ${why}`);
      }
    }
    expect(failures).toEqual([]);
  });
});

test("balances are not signed: whatever they say, nothing else is believed for it", async () => {
  const exchange: Exchange = {
    path: /\/balances$/,
    device: () => ours,
    run: ({ activation }) => activation.balances(),
    truth: ({ balances }) => balances,
  };
  const sample = await goodAnswer(exchange);
  const failures = await failuresOf(tamperingsOf(sample, []), async (change) => {
    const { app, before, seen, error } = await attacked(exchange, change);
    if (error !== undefined && (!isSignetError(error) || error.signed)) return String(error);
    if (error === undefined && !Array.isArray(seen)) return `saw ${JSON.stringify(seen)}`;
    const ticket = await app.activation.ticket("credits", 1);
    const works = differing([ticket.status, standingOf(app.activation)], ["open", before]);
    await ticket.void();
    return works;
  });
  expect(failures).toEqual([]);
});
