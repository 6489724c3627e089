import { createInterface } from "node:readline/promises";
import type { Call } from "./command.ts";
import { CliError } from "./failure.ts";

/** The license key: an argument, or by stdin, where the shell's history does not keep it. */
export async function licenseKeyOf(call: Call): Promise<string> {
  const key = await typed(call, async (terminal) => terminal.question("License key: "));
  if (key !== "") return key;
  const next = "Pass it as an argument, or by stdin: `signet activate < key.txt`.";
  throw new CliError("noInput", "license_key_missing", "No license key was given.", next);
}

/** A response code: an argument, by stdin, or line by line as it was read out. */
export async function responseCodeOf(call: Call): Promise<string> {
  const code = await typed(call, async (terminal) => {
    terminal.setPrompt("Response code, an empty line ends it: ");
    terminal.prompt();
    const lines: string[] = [];
    for await (const line of terminal) {
      if (line.trim() === "") break;
      lines.push(line);
    }
    return lines.join("\n");
  });
  if (code !== "") return code;
  const next = "Type it after the prompt, pass it as one argument, or by stdin.";
  throw new CliError("noInput", "code_missing", "No response code was given.", next);
}

type Terminal = ReturnType<typeof createInterface>;

async function typed(call: Call, ask: (terminal: Terminal) => Promise<string>): Promise<string> {
  const { arguments: given, surroundings } = call;
  const [argument = "-"] = given;
  if (argument !== "-") return argument.trim();
  if (!surroundings.isTerminal("stdin")) return (await surroundings.stdin()).trim();
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await ask(terminal)).trim();
  } finally {
    terminal.close();
  }
}
