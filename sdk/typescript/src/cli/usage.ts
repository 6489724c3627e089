import type { Activation } from "../activation.ts";
import { isSignetError } from "../errors.ts";
import { type Call, type Command, type Outcome, textOption, usageError } from "./command.ts";
import { EXIT } from "./exit-codes.ts";
import { table } from "./table.ts";

const ACTIONS = { show, record, send, dismiss, journal } as const;
type Action = keyof typeof ACTIONS;
const NAMES = ["show", "record", "send", "dismiss", "journal"] as const satisfies readonly Action[];

export const usage: Command = {
  name: "usage",
  summary:
    "show what is left of each meter; record what was used, send what waits, print the offline journal",
  parameters: ["[show | record METER AMOUNT | send | dismiss ID | journal]"],
  argumentsMax: 3,
  choices: NAMES,
  options: [
    { name: "id", value: "ID", summary: "with record: names it, so that it is charged once" },
    { name: "at", value: "TIME", summary: "with record: when it was used, e.g. 2026-01-31T12:00:00Z" },
  ],
  async run(call) {
    const [name = "show", ...rest] = call.arguments;
    const action = NAMES.find((known) => known === name);
    if (action === undefined) throw usageError(`What to do is one of ${NAMES.join(", ")}, not "${name}".`);
    return ACTIONS[action](call, rest);
  },
};

async function show(call: Call): Promise<Outcome> {
  const activation = await call.signet({ online: true }).current();
  const balances = await activation.balances();
  const pending = await activation.usage.pending();
  const denied = await activation.usage.denied();
  const header = ["meter", "available", "granted", "reserved", "spent", "unit"].map((name) =>
    call.paint("dim", name),
  );
  const rows = balances.map(({ meter, available, granted, reserved, spent, unit }) =>
    [meter, available, granted, reserved, spent, unit].map(String),
  );
  const lines = [
    ...(rows.length === 0 ? ["This license has no meters."] : table([header, ...rows])),
    ...(pending === 0 ? [] : [`${pending} waiting on this machine; \`signet usage send\` sends them.`]),
    ...denied.map(({ id, meter, amount, code }) =>
      call.paint(
        "red",
        `denied ${id}: ${amount} of ${meter}, ${code}; \`signet usage dismiss ${id}\` forgets it.`,
      ),
    ),
  ];
  return { result: { balances, pending, denied }, text: lines.join("\n") };
}

async function record(call: Call, [meter, amount, more]: readonly string[]): Promise<Outcome> {
  if (meter === undefined || amount === undefined || more !== undefined || !/^[1-9]\d{0,14}$/.test(amount))
    throw usageError("Say what was used, in whole units: `signet usage record METER AMOUNT`.");
  const options = { id: textOption(call, "id"), at: timeOption(call) };
  if (options.id !== undefined && options.at === undefined)
    throw usageError("--id needs --at: a second try counts as the same one only when it says the same.");
  const { usage: line } = await call.signet({ online: true }).current();
  const id = await line.record(meter, Number(amount), options);
  if (!(await sendNow(line))) {
    const text = `Recorded ${id}; it waits on this machine, and \`signet usage send\` sends it.`;
    return { result: { id, status: "waiting" }, text };
  }
  const denial = (await line.denied()).find((denied) => denied.id === id);
  if (denial === undefined) return { result: { id, status: "charged" }, text: `Charged ${id}.` };
  const text = `Denied ${id}: ${denial.code}. \`signet usage dismiss ${id}\` forgets it.`;
  return { result: { id, status: "denied", code: denial.code }, text, exitCode: EXIT.refused.code };
}

async function send(call: Call, [extra]: readonly string[]): Promise<Outcome> {
  if (extra !== undefined) throw usageError("`signet usage send` takes nothing more.");
  const { usage: line } = await call.signet({ online: true }).current();
  const waited = await line.pending();
  await line.flush();
  const denied = await line.denied();
  const told = denied.length === 0 ? "" : ` ${denied.length} denied; \`signet usage\` lists them.`;
  return { result: { sent: waited, denied }, text: `Sent ${waited}.${told}` };
}

async function dismiss(call: Call, [id, extra]: readonly string[]): Promise<Outcome> {
  if (id === undefined || extra !== undefined) throw usageError("Name one event: `signet usage dismiss ID`.");
  const { usage: line } = await call.signet({ online: false }).current();
  await line.dismiss(id);
  return { result: { id, status: "dismissed" }, text: `Forgot ${id}.` };
}

async function journal(call: Call, [extra]: readonly string[]): Promise<Outcome> {
  if (extra !== undefined) throw usageError("`signet usage journal` takes nothing more.");
  const { offline } = await call.signet({ online: false }).current();
  const files = await offline.journalFiles();
  return { result: { files }, text: files.join("\n").trimEnd() };
}

function timeOption(call: Call): Date | undefined {
  const text = textOption(call, "at");
  if (text === undefined) return undefined;
  const at = new Date(text);
  if (!Number.isNaN(at.getTime())) return at;
  throw usageError(`--at is a time, e.g. 2026-01-31T12:00:00Z, not "${text}".`);
}

/** @returns false where it must be tried again later. */
async function sendNow(line: Activation["usage"]): Promise<boolean> {
  try {
    await line.flush();
    return true;
  } catch (error) {
    if (isSignetError(error) && error.retryable) return false;
    throw error;
  }
}
