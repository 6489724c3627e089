import { type Command, usageError } from "./command.ts";
import { qrText } from "./qr-text.ts";
import { licenseKeyOf } from "./typed-input.ts";

export const request: Command = {
  name: "request",
  summary: "make a request file on a machine without a network; the key is read from stdin unless given",
  parameters: ["[LICENSE_KEY | -]"],
  argumentsMax: 1,
  options: [
    { name: "ticket", value: "METER=AMOUNT", many: true, summary: "credits to take along" },
    { name: "code", summary: "a short code instead, where no file may pass: read it out, or type it" },
    { name: "qr", summary: "show it as a QR code, to be photographed" },
  ],
  async run(call) {
    const wanted = call.values.ticket;
    const tickets = (Array.isArray(wanted) ? wanted : []).map(ticketOf);
    const isCode = call.values.code === true;
    if (isCode && tickets.length > 0) throw usageError("A code brings no tickets: leave out --ticket.");
    const { offline } = call.signet({ online: false });
    const key = await licenseKeyOf(call);
    const made = isCode ? await offline.requestCode(key) : await offline.requestFile(key, { tickets });
    const text = call.values.qr === true ? qrText(made, call) : made.trimEnd();
    return { result: { request: made }, text };
  },
};

function ticketOf(text: string) {
  const [, meter, amount] = /^([^=]+)=(\d{1,15})$/.exec(text) ?? [];
  if (meter !== undefined && amount !== undefined) return { meter, amount: Number(amount) };
  throw usageError(`--ticket is METER=AMOUNT, e.g. render-minutes=500, not "${text}".`);
}
