import { setTimeout as sleep } from "node:timers/promises";
import { storedId } from "#server/domain/ids.ts";
import { activateRequest, createLicense, type Runtime, type TestTenant } from "#server/testing/fixtures.ts";
import { createAccount } from "#server/testing/usage.ts";
import type { Dice } from "../history/dice.ts";

const DEVICES = 4_000;
const ACTIVATIONS_MAX = 2_500;
const SEATS = 6;
const CREDITS = 1_000_000_000;
const ANSWER_TIMEOUT_MS = 5_000;

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** What clients ask over HTTP until they are answered, and what they were told. */
export async function createLoad(
  runtime: Runtime,
  tenant: TestTenant,
  dice: Dice,
  ports: () => readonly number[],
) {
  const { tenantId } = tenant;
  const crowded = await createLicense(runtime, tenant, { activationsMax: ACTIVATIONS_MAX });
  const account = await createAccount(runtime, tenant, {}, { seats: SEATS, leaseTtlSeconds: 86_400 });
  await account.grant(CREDITS);
  const device = await runtime.activations.activate(tenantId, activateRequest(account.licenseKey, "device"));
  if (device.outcome === "denied") throw new Error(device.code);
  const { token } = device.value;

  const activations = new Map<string, string>();
  const debits = new Map<string, { readonly amount: number; readonly entry: number }>();
  const settled = new Map<string, number>();
  const held = new Map<string, { readonly lease: string; readonly slot: number; readonly fence: number }>();
  const violations: string[] = [];
  let isOver = false;
  let isQuiet = false;
  let answers = 0;
  let lost = 0;
  let devices = 0;

  async function send(path: string, body: object, bearer: string | undefined): Promise<Answer | undefined> {
    const headers: Record<string, string> = { "content-type": "application/json" };
    if (bearer !== undefined) headers.authorization = `Bearer ${bearer}`;
    try {
      const reply = await fetch(`http://127.0.0.1:${dice.pick(ports())}/v1/${tenant.slug}/${path}`, {
        method: "POST",
        headers,
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
      });
      const text = await reply.text();
      return { status: reply.status, body: text === "" ? {} : JSON.parse(text) };
    } catch {
      return undefined;
    }
  }

  /** Asks the same again until it is answered; undefined when all is over before that. */
  async function untilAnswered(path: string, body: object, bearer?: string): Promise<Answer | undefined> {
    while (!isOver) {
      const answer = await send(path, body, bearer);
      if (answer === undefined) lost++;
      else if (answer.status === 429) violations.push(`${path} was refused for its rate.`);
      else if (isQuiet && answer.status >= 500 && answer.body.code !== "overloaded") {
        violations.push(`While only Redis was away ${path} was answered ${JSON.stringify(answer)}.`);
      }
      if (answer !== undefined && answer.status < 500 && answer.status !== 429) {
        answers++;
        return answer;
      }
      await sleep(30);
    }
    return undefined;
  }

  async function activate(): Promise<void> {
    const name = `device-${devices++ % DEVICES}`;
    const { requestHash, correlationId, ...body } = activateRequest(crowded.licenseKey, name);
    const answer = await untilAnswered("activations", body);
    if (answer === undefined) return;
    const id = textOf(fieldOf(answer.body.activation, "id"));
    if (answer.status < 300 && id !== undefined) {
      const known = activations.get(name);
      if (known !== undefined && known !== id)
        violations.push(`${name} has two activations, ${known} and ${id}.`);
      activations.set(name, id);
    } else if (answer.body.code !== "activation_limit_reached") {
      violations.push(`An activation was answered ${JSON.stringify(answer)}.`);
    }
  }

  async function debit(id: string): Promise<void> {
    const amount = dice.between(1, 9);
    const event = { id, meter: "credits", amount, occurredAt: "2030-01-01T00:00:00.000Z" };
    // Now and then it is sent twice at once, as an impatient client does.
    const asking = [untilAnswered("usage", { events: [event] }, token)];
    if (dice.chance(10)) asking.push(untilAnswered("usage", { events: [event] }, token));
    const entries = (await Promise.all(asking)).flatMap((answer) => {
      const events = answer?.body.events;
      const entry = Array.isArray(events) ? fieldOf(events[0], "entry") : undefined;
      if (answer !== undefined && entry === undefined) {
        violations.push(`A debit was answered ${JSON.stringify(answer)}.`);
      }
      return entry === undefined ? [] : [Number(entry)];
    });
    const [entry] = entries;
    if (new Set(entries).size > 1) violations.push(`${id} was charged as ${entries.join(" and ")}.`);
    if (entry !== undefined) debits.set(id, { amount, entry });
  }

  async function ticket(id: string): Promise<void> {
    const issued = await untilAnswered("tickets", { id, meter: "credits", amount: 5 }, token);
    if (issued === undefined) return;
    const used = dice.between(0, 5);
    const end = await untilAnswered(`tickets/${id}/settle`, { used }, token);
    if (end === undefined) return;
    if (end.status >= 300) violations.push(`Ticket ${id} could not be settled: ${JSON.stringify(end)}.`);
    else settled.set(id, used);
  }

  async function seat(holder: string): Promise<void> {
    const nonce = "n".repeat(22);
    const known = held.get(holder);
    if (known !== undefined && dice.chance(40)) {
      held.delete(holder);
      const answer = await untilAnswered(`leases/${known.lease}/release`, { fence: known.fence }, token);
      if (answer !== undefined && answer.status >= 300) {
        violations.push(`${holder} could not give back ${known.lease}: ${JSON.stringify(answer)}.`);
      }
      return;
    }
    const path = known === undefined ? "leases" : `leases/${known.lease}/heartbeat`;
    const body = known === undefined ? { holder, nonce } : { fence: known.fence, nonce };
    const answer = await untilAnswered(path, body, token);
    if (answer === undefined) return;
    const lease = textOf(fieldOf(answer.body.lease, "id"));
    if (answer.status < 300 && lease !== undefined) {
      const { slot, fence } = {
        slot: fieldOf(answer.body.lease, "slot"),
        fence: fieldOf(answer.body.lease, "fence"),
      };
      held.set(holder, { lease, slot: Number(slot), fence: Number(fence) });
    } else if (known !== undefined || answer.body.code !== "no_seats_available") {
      violations.push(`${holder} was answered ${JSON.stringify(answer)} at ${path}.`);
    }
  }

  /** What the database must say in the end. */
  async function audit(): Promise<void> {
    await account.checkLedger();
    await runtime.database.withTenant(tenantId, async (tx) => {
      const lines = await tx.ledgerEntry.findMany({ where: { tenantId, kind: "debit" } });
      const charged = new Map<string, (typeof lines)[number]>();
      for (const line of lines) {
        const id = line.eventId ?? "";
        if (charged.has(id)) violations.push(`${id} was charged twice.`);
        charged.set(id, line);
      }
      for (const [id, { amount, entry }] of debits) {
        const line = charged.get(id);
        if (Number(line?.entry) !== entry || Number(line?.spent) !== amount) {
          violations.push(
            `${id} was acknowledged as entry ${entry} of ${amount} and stands as ${line?.entry} of ${line?.spent}.`,
          );
        }
      }
      const tickets = await tx.ticket.findMany({ where: { tenantId } });
      const ended = new Map(tickets.map((each) => [each.id, each]));
      for (const [id, used] of settled) {
        const ticket = ended.get(id);
        if (ticket?.status !== "settled" || Number(ticket.used) !== used) {
          violations.push(`${id} was settled with ${used} and stands as ${ticket?.status} ${ticket?.used}.`);
        }
      }
      const live = await tx.activation.findMany({
        where: { tenantId, licenseId: crowded.id, liveFingerprint: { not: null } },
      });
      const where = { tenantId_id: { tenantId, id: crowded.id } };
      const { activationCount } = await tx.license.findUniqueOrThrow({ where });
      if (live.length > ACTIVATIONS_MAX || live.length !== activationCount) {
        violations.push(
          `${live.length} devices are active, ${activationCount} counted, ${ACTIVATIONS_MAX} allowed.`,
        );
      }
      const ids = new Set(live.map(({ id }) => id));
      for (const [name, id] of activations) {
        if (!ids.has(storedId("activation", id) ?? ""))
          violations.push(`${name}'s acknowledged activation ${id} is gone.`);
      }
      const seats = await tx.seat.findMany({ where: { tenantId, leaseId: { not: null } } });
      if (seats.length > SEATS) violations.push(`${seats.length} seats are lent of ${SEATS}.`);
      for (const [holder, { lease, slot, fence }] of held) {
        const seat = seats.find((each) => each.slot === slot);
        if (seat === undefined || seat.leaseId !== storedId("lease", lease) || Number(seat.fence) !== fence) {
          violations.push(`${holder}'s acknowledged lease of slot ${slot}, fence ${fence}, is gone.`);
        }
      }
    });
  }

  return {
    /** Asks one thing after the other until `stop`. */
    async client(number: number): Promise<void> {
      for (let turn = 0; !isOver; turn++) {
        const kind = dice.between(0, 9);
        if (kind < 3) await activate();
        else if (kind < 6) await debit(`debit-${number}-${turn}`);
        else if (kind < 7) await ticket(`ticket-${number}-${turn}`);
        else await seat(`holder-${number}`);
      }
    },

    /** Waits for `count` more answers. */
    async untilAnswered(count: number): Promise<void> {
      const enough = answers + count;
      for (let waitedMs = 0; answers < enough; waitedMs += 10) {
        if (waitedMs > 60_000) throw new Error("For a minute nothing was answered.");
        await sleep(10);
      }
    },

    /** While nothing is amiss that any of them needs, whatever is asked is answered. */
    async whileQuiet(count: number): Promise<void> {
      isQuiet = true;
      await this.untilAnswered(count);
      isQuiet = false;
    },

    answered: () => answers,
    lost: () => lost,
    stop(): void {
      isOver = true;
    },

    async violations(): Promise<readonly string[]> {
      await audit().catch((error: unknown) => violations.push(String(error)));
      return violations;
    },
  };
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
