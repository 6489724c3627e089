#!/usr/bin/env node
import { parseArgs } from "node:util";
import { Signet } from "../node.ts";
import { SDK_VERSION } from "../version.ts";
import { type Call, type Colour, type Command, usageError } from "./command.ts";
import { COMMANDS, GLOBALS } from "./commands.ts";
import { EXIT } from "./exit-codes.ts";
import { type Failure, failureOf } from "./failure.ts";
import { commandHelp, helpOf } from "./help.ts";
import type { Option } from "./option.ts";
import { readSettings, signetOptions } from "./settings.ts";
import { surroundings } from "./surroundings.ts";

const COLOURS: Readonly<Record<Colour, number>> = { red: 31, green: 32, yellow: 33, bold: 1, dim: 2 };
const { env, out, err } = surroundings;

process.stdout.on("error", ({ code }: NodeJS.ErrnoException) => {
  // Whoever read our output has gone, e.g. `signet help | head -1`; anything else is a disk that took only a part.
  process.exit(code === "EPIPE" ? undefined : EXIT.disk.code);
});
// Nobody is left to be told, and a command that `checkout` runs shall not lose its seat for that.
process.stderr.on("error", () => undefined);
process.exitCode = await run(surroundings.arguments);

async function run([name = "help", ...rest]: readonly string[]): Promise<number> {
  if (name === "help" || name === "--help" || name === "-h") {
    out(`${helpOf(COMMANDS, GLOBALS)}\n`);
    return 0;
  }
  if (name === "--version") {
    out(`${SDK_VERSION}\n`);
    return 0;
  }
  const separator = rest.indexOf("--");
  const own = separator === -1 ? rest : rest.slice(0, separator);
  const isJson = own.includes("--json");
  const command = COMMANDS.find((known) => known.name === name);
  // The output of a command that `checkout` runs is its own.
  const print = command?.runsCommand ? err : out;
  try {
    if (command === undefined) throw usageError(`There is no command ${name}.`, "Run `signet help`.");
    const call = callOf(command, own, separator === -1 ? [] : rest.slice(separator + 1));
    if (call.values.help === true) {
      out(`${commandHelp(command, GLOBALS)}\n`);
      return 0;
    }
    const { result, text, exitCode = 0 } = await command.run(call);
    if (isJson) print(`${JSON.stringify({ command: name, ok: exitCode === 0, exitCode, result })}\n`);
    else if (text !== "") out(`${text}\n`);
    return exitCode;
  } catch (error) {
    const failure = failureOf(error);
    if (isJson) {
      const { exitCode, ...shown } = failure;
      print(`${JSON.stringify({ command: name, ok: false, exitCode, error: shown })}\n`);
    } else tell(failure);
    return failure.exitCode;
  }
}

function callOf(command: Command, own: readonly string[], after: readonly string[]): Call {
  const options = [...command.options, ...GLOBALS];
  const parsed = parse(options, own);
  const { positionals, values } = parsed;
  const extra = positionals[command.argumentsMax];
  if (extra !== undefined) throw usageError(`"${extra}" is one argument too many.`, helpHint(command));
  if (after.length > 0 && !command.runsCommand)
    throw usageError(`signet ${command.name} takes nothing after --.`, helpHint(command));
  for (const { name, choices } of command.options) {
    const value = values[name];
    if (choices !== undefined && typeof value === "string" && !choices.includes(value))
      throw usageError(`--${name} is one of ${choices.join(", ")}.`, helpHint(command));
  }
  const settings = readSettings(values, env);
  return {
    commands: COMMANDS,
    globals: GLOBALS,
    arguments: positionals,
    command: after,
    values,
    settings,
    surroundings,
    isColoured: isColoured("stdout"),
    paint: paintFor("stdout"),
    options: (needs) => signetOptions(settings, needs),
    signet: (needs) => new Signet(signetOptions(settings, needs)),
  };
}

function parse(options: readonly Option[], args: readonly string[]) {
  const known = options.map(({ name, value, many }) => {
    const type: "string" | "boolean" = value === undefined ? "boolean" : "string";
    return [name, { type, multiple: many === true }] as const;
  });
  try {
    const config = { args: [...args], options: Object.fromEntries(known), allowPositionals: true };
    const { positionals, values } = parseArgs(config);
    const single = Object.entries(values).map(
      ([name, value]) => [name, Array.isArray(value) ? value.map(String) : value] as const,
    );
    return { positionals, values: Object.fromEntries(single) };
  } catch (error) {
    throw usageError(error instanceof Error ? error.message : String(error));
  }
}

function helpHint({ name }: Command): string {
  return `Run \`signet ${name} --help\`.`;
}

function isColoured(stream: "stdout" | "stderr"): boolean {
  return surroundings.isTerminal(stream) && !env.NO_COLOR && env.TERM !== "dumb";
}

function paintFor(stream: "stdout" | "stderr") {
  const paints = isColoured(stream);
  return (colour: Colour, text: string) => (paints ? `\u001b[${COLOURS[colour]}m${text}\u001b[0m` : text);
}

function tell({ message, code, reason, detail, correlationId, next }: Failure): void {
  const paint = paintFor("stderr");
  const name = reason === undefined ? code : `${code}: ${reason}`;
  err(`${paint("red", "signet:")} ${message} ${paint("dim", `(${name})`)}\n`);
  if (detail !== undefined && detail !== message) err(`  ${detail}\n`);
  if (correlationId !== undefined) err(`  Correlation id: ${correlationId}\n`);
  err(`  ${paint("bold", "Next:")} ${next}\n`);
}
