import { type Command, usageError } from "./command.ts";
import { licenseKeyOf } from "./license-key-input.ts";

export const request: Command = {
  name: "request",
  summary: "make a request file on a machine without a network; the key is read from stdin unless given",
  parameters: ["[LICENSE_KEY | -]"],
  argumentsMax: 1,
  options: [{ name: "ticket", value: "METER=AMOUNT", many: true, summary: "credits to take along" }],
  async run(call) {
    const wanted = call.values.ticket;
    const tickets = (Array.isArray(wanted) ? wanted : []).map(ticketOf);
    const signet = call.signet({ online: false });
    const file = await signet.offline.requestFile(await licenseKeyOf(call), { tickets });
    return { result: { request: file }, text: file.trimEnd() };
  },
};

function ticketOf(text: string) {
  const [, meter, amount] = /^([^=]+)=(\d{1,15})$/.exec(text) ?? [];
  if (meter !== undefined && amount !== undefined) return { meter, amount: Number(amount) };
  throw usageError(`--ticket is METER=AMOUNT, e.g. render-minutes=500, not "${text}".`);
}
