import { decodeProtectedHeader } from "jose";
import { OFFLINE_FILES } from "../offline-armour.ts";
import { isRecord, isText, parseJson } from "../shapes.ts";
import { TOKEN_TYPES } from "../wire.ts";
import { activationOutcome } from "./activation-text.ts";
import type { Call, Command, Outcome } from "./command.ts";
import { fileText } from "./file-input.ts";
import { responseCodeOf } from "./typed-input.ts";

export const importFile: Command = {
  name: "import",
  summary: "take a response, a security snapshot or a journal's receipt that was carried to this machine",
  parameters: ["[FILE | -]"],
  argumentsMax: 1,
  options: [{ name: "code", summary: "a response code instead, which is typed, or read from stdin" }],
  async run(call) {
    const signet = call.signet({ online: false });
    if (call.values.code === true)
      return activationOutcome(await signet.offline.importCode(await responseCodeOf(call)), call.paint);
    const [path = "-"] = call.arguments;
    const text = await fileText(call, path);
    const receipt = receiptIn(text);
    if (receipt !== undefined) return importReceipt(call, receipt);
    if (!text.includes(OFFLINE_FILES.snapshot))
      return activationOutcome(await signet.offline.importResponse(text), call.paint);
    const { seq, issuedAt } = await signet.offline.importSnapshot(text);
    return { result: { seq, issuedAt }, text: `Imported snapshot ${seq} of ${issuedAt.toISOString()}.` };
  },
};

async function importReceipt(call: Call, receipt: string): Promise<Outcome> {
  const activation = await call.signet({ online: false }).current();
  await activation.offline.importReceipt(receipt);
  const files = (await activation.offline.journalFiles()).length;
  const rest = files === 0 ? "All of the journal has arrived." : "What was used since is yet to be carried.";
  return { result: { journalFiles: files }, text: `Imported the receipt. ${rest}` };
}

/** The receipt as the server answers it: a token, or the JSON that it is in. */
function receiptIn(text: string): string | undefined {
  const answer = parseJson(text);
  const token = isRecord(answer) && isText(answer.receipt) ? answer.receipt : text.trim();
  try {
    return decodeProtectedHeader(token).typ === TOKEN_TYPES.receipt ? token : undefined;
  } catch {
    return undefined;
  }
}
