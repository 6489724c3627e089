import { isSignetError } from "../errors.ts";
import type { Signet } from "../node.ts";
import type { Command } from "./command.ts";

export const deactivate: Command = {
  name: "deactivate",
  summary: "give this machine's slot back",
  parameters: [],
  argumentsMax: 0,
  options: [{ name: "offline", summary: "print the files that give it back, to be carried to the vendor" }],
  async run(call) {
    if (call.values.offline !== true) {
      const activation = await call.signet({ online: true }).current();
      await activation.deactivate();
      return { result: { activation: activation.id, status: "deactivated" }, text: "Deactivated." };
    }
    const files = await farewellOf(call.signet({ online: false }));
    return { result: { files }, text: files.join("\n").trimEnd() };
  },
};

/** The files again, where the machine was given up before: they may have been lost on the way. */
async function farewellOf(signet: Signet): Promise<readonly string[]> {
  try {
    return await (await signet.current()).offline.deactivate();
  } catch (error) {
    if (!isSignetError(error) || error.code !== "not_activated") throw error;
    const files = await signet.offline.farewell();
    if (files.length === 0) throw error;
    return files;
  }
}
