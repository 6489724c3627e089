import { createInterface } from "node:readline/promises";
import type { Call } from "./command.ts";
import { CliError } from "./failure.ts";

/** The license key: an argument, or by stdin, where the shell's history does not keep it. */
export async function licenseKeyOf({ arguments: given, surroundings }: Call): Promise<string> {
  const [argument = "-"] = given;
  if (argument !== "-") return argument;
  const isAsked = surroundings.isTerminal("stdin");
  const text = (isAsked ? await ask() : await surroundings.stdin()).trim();
  if (text !== "") return text;
  const next = "Pass it as an argument, or by stdin: `signet activate < key.txt`.";
  throw new CliError("noInput", "license_key_missing", "No license key was given.", next);
}

async function ask(): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question("License key: ");
  } finally {
    terminal.close();
  }
}
