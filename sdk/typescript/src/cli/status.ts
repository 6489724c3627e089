import { activationOutcome } from "./activation-text.ts";
import type { Command } from "./command.ts";

export const status: Command = {
  name: "status",
  summary: "show what this machine may use, without the network",
  parameters: [],
  argumentsMax: 0,
  options: [{ name: "refresh", summary: "ask the server for a fresh token first" }],
  async run(call) {
    const online = call.values.refresh === true;
    const activation = await call.signet({ online }).current();
    if (online) await activation.refresh();
    return activationOutcome(activation, call.paint);
  },
};
