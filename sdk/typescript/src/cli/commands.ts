import { activate } from "./activate.ts";
import { authority } from "./authority.ts";
import { checkout } from "./checkout.ts";
import type { Command } from "./command.ts";
import { completion } from "./completion.ts";
import { deactivate } from "./deactivate.ts";
import { doctor } from "./doctor.ts";
import { importFile } from "./import.ts";
import type { Option } from "./option.ts";
import { request } from "./request.ts";
import { SETTING_OPTIONS } from "./settings.ts";
import { spend } from "./spend.ts";
import { status } from "./status.ts";
import { usage } from "./usage.ts";
import { verify } from "./verify.ts";

export const COMMANDS: readonly Command[] = [
  activate,
  status,
  checkout,
  spend,
  usage,
  request,
  importFile,
  deactivate,
  verify,
  doctor,
  authority,
  completion,
];

/** Options of every command. */
export const GLOBALS: readonly Option[] = [
  ...SETTING_OPTIONS,
  { name: "json", summary: "print one JSON object, for scripts" },
  { name: "help", summary: "show this help" },
];
