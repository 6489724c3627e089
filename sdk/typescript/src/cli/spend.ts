import type { Activation } from "../activation.ts";
import { isSignetError, SignetError } from "../errors.ts";
import { type Call, type Command, type Outcome, textOption, usageError } from "./command.ts";
import { failureOf } from "./failure.ts";

export const spend: Command = {
  name: "spend",
  summary: "spend credits: those that this machine took along, else the license's",
  parameters: ["METER", "AMOUNT"],
  argumentsMax: 2,
  options: [
    { name: "offline", summary: "only what was taken along, never the network" },
    { name: "settle", summary: "of what was taken along: give back what is left of it afterwards" },
    { name: "id", value: "ID", summary: "where the server charges: names it, so that it is charged once" },
  ],
  async run(call) {
    const [meter, amount] = call.arguments;
    if (meter === undefined || amount === undefined || !/^[1-9]\d{0,14}$/.test(amount))
      throw usageError("Say what to spend, in whole units: `signet spend METER AMOUNT`.");
    const activation = await call.signet({ online: false }).current();
    const taken = await fromJournal(activation, meter, Number(amount), call.values.settle === true);
    if (taken !== undefined) return taken;
    if (call.values.offline === true) throw new SignetError("insufficient_credits");
    return fromServer(call, meter, Number(amount));
  },
};

/** Out of the tickets that were taken along, those first that end first; undefined where they do not suffice: nothing is spent then. */
async function fromJournal(
  { offline }: Activation,
  meter: string,
  amount: number,
  settles: boolean,
): Promise<Outcome | undefined> {
  const tickets = (await offline.tickets()).filter((ticket) => ticket.meter === meter);
  const available = tickets.reduce((sum, { remaining }) => sum + remaining, 0);
  if (available < amount) return undefined;
  let left = amount;
  try {
    for (const ticket of tickets) {
      const part = Math.min(left, ticket.remaining);
      if (part > 0) await ticket.spend(part);
      left -= part;
      if (settles) await ticket.settle();
    }
  } catch (error) {
    if (left === amount) throw error;
    return cutShort(meter, amount, left, error);
  }
  const remaining = settles ? 0 : available - amount;
  const rest = settles ? "what was left goes back" : `${remaining} left here`;
  const text = `Spent ${amount} of ${meter}, ${rest}. \`signet usage journal\` prints what the vendor is to get.`;
  return { result: { meter, amount, from: "journal", status: "journaled", remaining }, text };
}

/** What was spent until then stays spent: whoever ran the same command again would pay it twice. */
function cutShort(meter: string, amount: number, left: number, error: unknown): Outcome {
  const failure = failureOf(error);
  const spent = amount - left;
  const [status, what, next] =
    left > 0
      ? [
          "partly_journaled",
          `only ${spent} of ${amount}`,
          `These ${spent} stay spent: \`signet spend ${meter} ${left}\` spends the rest.`,
        ]
      : ["not_settled", `all ${amount}`, "These stay spent; what was left of them has not gone back."];
  const text = `Spent ${what} of ${meter}: ${failure.message} (${failure.code})\nNext: ${next} ${failure.next}`;
  const result = { meter, amount, from: "journal", status, spent, left, failure };
  return { result, text, exitCode: failure.exitCode };
}

async function fromServer(call: Call, meter: string, amount: number): Promise<Outcome> {
  const activation = await call.signet({ online: true }).current();
  const id = textOption(call, "id");
  const ticket = await activation.ticket(meter, amount, id === undefined ? {} : { id });
  // Of a ticket that an earlier run was cut short with, some is spent already.
  if (ticket.remaining > 0) await ticket.spend(ticket.remaining);
  const spent = { meter, amount, from: "server", id: ticket.id };
  try {
    const { balance } = await ticket.settle();
    return {
      result: { ...spent, status: "charged", balance },
      text: `Spent ${amount} of ${meter}, ${balance} left.`,
    };
  } catch (error) {
    if (!isSignetError(error) || !error.retryable) throw error;
    const expiresAt = ticket.expiresAt.toISOString();
    const again = `signet spend ${meter} ${amount} --id=${ticket.id}`;
    const text =
      `Spent ${amount} of ${meter}; it is written down here, but not charged yet. With the server back, \`${again}\` charges it, ` +
      `as does any program that uses this state two minutes from now or later. Nothing is charged after ${expiresAt}.`;
    return { result: { ...spent, status: "waiting", expiresAt }, text };
  }
}
