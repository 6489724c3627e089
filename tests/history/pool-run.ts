import { activateRequest, createLicense, type Runtime, type TestTenant } from "#server/testing/fixtures.ts";
import type { Dice } from "./dice.ts";
import { History, listed, type Tally, Violation, whole } from "./history.ts";
import { linearize } from "./linearize.ts";
import {
  isSeenAs,
  isWrittenAs,
  type LeaseAsked,
  type PoolAnswer,
  type PoolAsked,
  type PoolRules,
  type PoolState,
  poolModel,
  type SeenSlot,
  type WrittenLease,
} from "./pool-model.ts";

const TTL_MS = 300_000;
const CLIENTS_PER_SEAT = 10;
const BINDING = { nonce: "n".repeat(16), requestHash: "r".repeat(43) };

interface Client {
  readonly device: string;
  readonly holder: string;
  readonly inGroup: boolean;
  held: LeaseAsked | undefined;
  /** One it has lost, forgotten or given back. */
  past: LeaseAsked | undefined;
}

/** One pool, ten clients for each of its seats, and what is known of it. */
export interface PoolRun {
  readonly licenseId: string;
  /** Asks and answers, concurrently, and holds them to the model. */
  round(): Promise<Tally>;
  /** Everybody goes silent for one TTL: all seats can be taken again, and no more. */
  finish(): Promise<Tally>;
}

export async function startPool(
  servers: readonly Runtime[],
  tenant: TestTenant,
  dice: Dice,
  groups: boolean,
): Promise<PoolRun> {
  const [first] = servers;
  if (first === undefined) throw new Error("There is no server.");
  const { clock } = first;
  const { tenantId } = tenant;
  const rules: PoolRules = {
    ttlMs: TTL_MS,
    overage: dice.between(0, 1),
    perHolderMax: dice.chance(30) ? 1 : 3,
    reserved: groups ? dice.between(0, 1) : 0,
  };
  const seatsAtFirst = dice.between(2, 5);
  const license = await createLicense(first, tenant, {
    activationsMax: null,
    seats: seatsAtFirst,
    leaseTtlSeconds: TTL_MS / 1000,
    overageSeats: rules.overage,
    seatsPerHolderMax: rules.perHolderMax,
    reservedSeats: rules.reserved === 0 ? {} : { lab: rules.reserved },
  });
  const clients = await Promise.all(
    [...Array(seatsAtFirst * CLIENTS_PER_SEAT).keys()].map(async (n): Promise<Client> => {
      const request = activateRequest(license.licenseKey, `device-${n}`);
      const decision = await first.activations.activate(tenantId, request);
      if (decision.outcome === "denied") throw new Error(decision.code);
      // Some people use several devices.
      const holder = `holder-${dice.chance(40) ? dice.between(0, 9) : n + 10}`;
      const inGroup = groups && dice.chance(20);
      return { device: decision.value.activationId, holder, inGroup, held: undefined, past: undefined };
    }),
  );
  let state: PoolState = {
    seats: seatsAtFirst,
    slots: Array.from({ length: seatsAtFirst + rules.overage }, () => ({ fence: 0, claim: undefined })),
    released: new Set(),
  };

  async function ask(server: Runtime, asked: PoolAsked): Promise<PoolAnswer> {
    const correlationId = "cor_history";
    if (asked.kind === "resize") {
      await server.database.withTenant(tenantId, async (tx) => {
        const where = { tenantId_id: { tenantId, id: license.id } };
        await tx.license.update({ where, data: { effective: { ...license.rules, seats: asked.seats } } });
        await tx.$executeRaw`SELECT resize_pools(${tenantId}::uuid, ARRAY[${license.id}::uuid], ${clock.now()})`;
      });
      return { granted: true, done: true };
    }
    if (asked.kind === "release") {
      const { lease: leaseId, device: activationId, fence } = asked;
      const decision = await server.leases.release(tenantId, { leaseId, activationId, fence, correlationId });
      if (decision.outcome === "granted") return { granted: true, done: true };
      return { granted: false, code: decision.code, rule: decision.rule };
    }
    const common = { activationId: asked.device, correlationId, ...BINDING };
    const decision =
      asked.kind === "checkout"
        ? await server.leases.checkout(tenantId, {
            ...common,
            holder: asked.holder,
            ...(asked.inGroup ? { group: "lab" } : {}),
          })
        : await server.leases.heartbeat(tenantId, { ...common, leaseId: asked.lease, fence: asked.fence });
    if (decision.outcome === "denied") {
      return { granted: false, code: decision.code, rule: decision.rule };
    }
    const { leaseId: lease, slot, fence, resumed, expiresAt } = decision.value;
    return { granted: true, lease, slot, fence, resumed, expiresMs: expiresAt.getTime() };
  }

  function choose(client: Client): PoolAsked {
    const { device, holder, inGroup, held, past } = client;
    const checkout = { kind: "checkout", device, holder, inGroup } as const;
    const late = (kind: LeaseAsked["kind"]) => (past === undefined ? checkout : { ...past, kind });
    if (held === undefined) return dice.chance(70) ? checkout : late(dice.pick(["heartbeat", "release"]));
    const throwOf = dice.between(0, 99);
    if (throwOf < 35) return { ...held, kind: "heartbeat" };
    if (throwOf < 65) return { ...held, kind: "release" };
    if (throwOf < 80) return checkout;
    if (throwOf < 90) return late(dice.pick(["heartbeat", "release"]));
    const kind = dice.pick(["heartbeat", "release"] as const);
    if (throwOf < 95) return { ...held, kind, fence: held.fence + dice.pick([-1, 1]) };
    return { ...held, kind, device: dice.pick(clients).device };
  }

  async function act(
    client: Client,
    history: History<PoolAsked, PoolAnswer>,
    asked: PoolAsked,
  ): Promise<void> {
    const server = dice.pick(servers);
    const answer = await history.ask(asked, () => ask(server, asked));
    if (asked.kind === "checkout" && answer?.granted && "lease" in answer) {
      const { lease, slot, fence } = answer;
      const { device } = client;
      const held = {
        kind: "heartbeat",
        device,
        lease,
        owner: device,
        slot,
        fence,
        trueFence: fence,
      } as const;
      client.past = client.held?.lease === lease ? client.past : client.held;
      client.held = held;
    } else if (asked.kind !== "checkout" && asked.kind !== "resize" && asked.lease === client.held?.lease) {
      const isOver = asked.kind === "release" ? answer?.granted !== false : answer?.granted === false;
      if (isOver && asked.fence === asked.trueFence && asked.device === asked.owner) drop(client);
    }
    // Some crash, and know of no lease when they come again.
    if (dice.chance(5)) drop(client);
  }

  function drop(client: Client): void {
    client.past = client.held ?? client.past;
    client.held = undefined;
  }

  async function check(history: History<PoolAsked, PoolAnswer>): Promise<void> {
    const nowMs = clock.now().getTime();
    const seen = await look();
    const model = poolModel(rules, nowMs);
    // Only lost answers leave open who took a seat.
    const written = history.tally.lost > 0 ? await leases() : undefined;
    const verdict = linearize(
      history.operations,
      model,
      state,
      (each) => isSeenAs(each, seen, nowMs),
      (each) => written === undefined || isWrittenAs(each, written),
    );
    if (!verdict.ok) {
      const from = JSON.stringify({ rules, seats: state.seats, slots: state.slots, nowMs });
      const at = JSON.stringify({ seats: verdict.state.seats, slots: verdict.state.slots, seen });
      throw new Violation(
        `No order explains these answers.\nFrom ${from}\n${listed(history.operations)}\nAt best ${at}, and then not\n${listed(verdict.stuck)}`,
      );
    }
    // What an answer did not tell, the database does.
    const slots = verdict.state.slots.map(({ fence, claim }, index) => ({
      fence,
      claim: claim === undefined ? undefined : { ...claim, id: claim.id ?? seen[index]?.lease },
    }));
    state = { ...verdict.state, slots };
  }

  async function leases(): Promise<ReadonlyMap<string, WrittenLease>> {
    const rows = await servers[0]?.database.withTenant(tenantId, (tx) =>
      tx.lease.findMany({ where: { tenantId, pool: { licenseId: license.id } } }),
    );
    return new Map(
      (rows ?? []).map(({ slot, fence, activationId, holder }) => [
        `${slot} ${fence}`,
        { slot, fence: Number(fence), device: activationId ?? "", holder },
      ]),
    );
  }

  async function look(): Promise<SeenSlot[]> {
    const rows = await servers[0]?.database.withTenant(tenantId, (tx) =>
      tx.seat.findMany({ where: { tenantId, pool: { licenseId: license.id } }, orderBy: { slot: "asc" } }),
    );
    return (rows ?? []).map(({ fence, leaseId, activationId, holder, expiresAt }) => ({
      fence: Number(fence),
      lease: leaseId ?? undefined,
      device: activationId ?? undefined,
      holder: holder ?? undefined,
      expiresMs: expiresAt?.getTime(),
    }));
  }

  return {
    licenseId: license.id,

    async round() {
      const history = new History<PoolAsked, PoolAnswer>();
      const doing = clients.map(async (client) => {
        for (let times = dice.between(0, 3); times > 0; times--) {
          const asking = [choose(client)];
          // A heartbeat's timer does not wait for whatever else its application asks.
          if (dice.chance(35)) {
            asking.push(client.held === undefined ? choose(client) : { ...client.held, kind: "heartbeat" });
          }
          await whole(asking.map((asked) => act(client, history, asked)));
        }
      });
      if (dice.chance(15)) {
        const resize = {
          kind: "resize",
          seats: dice.chance(10) ? 0 : dice.between(1, seatsAtFirst + 1),
        } as const;
        const server = dice.pick(servers);
        doing.push(history.ask(resize, () => ask(server, resize)).then(() => undefined));
      }
      await whole(doing);
      await check(history);
      return history.tally;
    },

    async finish() {
      clock.advance(TTL_MS + 1);
      const history = new History<PoolAsked, PoolAnswer>();
      const server = dice.pick(servers);
      const everybody = clients.map(async ({ device }, n) => {
        // Each under a name of its own, so that only seats limit them.
        const asked = { kind: "checkout", device, holder: `fresh-${n}`, inGroup: true } as const;
        return history.ask(asked, () => ask(server, asked));
      });
      const answers = await whole(everybody);
      await check(history);
      const granted = answers.filter((answer) => answer?.granted).length;
      const seats = state.seats === 0 ? 0 : state.seats + rules.overage;
      if (granted !== Math.min(seats, clients.length)) {
        throw new Violation(`${granted} of ${seats} seats could be taken after everybody had been silent.`);
      }
      return history.tally;
    },
  };
}
