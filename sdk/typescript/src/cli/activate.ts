import { activationOutcome } from "./activation-text.ts";
import type { Command } from "./command.ts";
import { licenseKeyOf } from "./typed-input.ts";

export const activate: Command = {
  name: "activate",
  summary: "bind this machine to a license; the key is read from stdin unless given",
  parameters: ["[LICENSE_KEY | -]"],
  argumentsMax: 1,
  options: [],
  async run(call) {
    const signet = call.signet({ online: true });
    return activationOutcome(await signet.activate(await licenseKeyOf(call)), call.paint);
  },
};
