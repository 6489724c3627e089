import { activate } from "./activate.ts";
import { checkout } from "./checkout.ts";
import type { Command } from "./command.ts";
import { completion } from "./completion.ts";
import { deactivate } from "./deactivate.ts";
import { importFile } from "./import.ts";
import { request } from "./request.ts";
import { status } from "./status.ts";

export const COMMANDS: readonly Command[] = [
  activate,
  status,
  checkout,
  request,
  importFile,
  deactivate,
  completion,
];
