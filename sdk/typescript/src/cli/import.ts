import { readFile } from "node:fs/promises";
import { OFFLINE_FILES } from "../offline-armour.ts";
import { activationOutcome } from "./activation-text.ts";
import type { Call, Command } from "./command.ts";
import { CliError } from "./failure.ts";

export const importFile: Command = {
  name: "import",
  summary: "take a response or a security snapshot that was carried to this machine",
  parameters: ["FILE | -"],
  argumentsMax: 1,
  options: [],
  async run(call) {
    const text = await textOf(call);
    const signet = call.signet({ online: false });
    if (!text.includes(OFFLINE_FILES.snapshot))
      return activationOutcome(await signet.offline.importResponse(text), call.paint);
    const { seq, issuedAt } = await signet.offline.importSnapshot(text);
    return { result: { seq, issuedAt }, text: `Imported snapshot ${seq} of ${issuedAt.toISOString()}.` };
  },
};

async function textOf({ arguments: [path = "-"], surroundings }: Call): Promise<string> {
  if (path === "-") return surroundings.stdin();
  try {
    return await readFile(path, "utf8");
  } catch {
    throw new CliError(
      "noInput",
      "file_unreadable",
      `${path} cannot be read.`,
      "Check its name and permissions.",
    );
  }
}
