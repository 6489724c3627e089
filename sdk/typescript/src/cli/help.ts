import type { Command } from "./command.ts";
import { EXIT } from "./exit-codes.ts";
import type { Option } from "./option.ts";
import { table } from "./table.ts";

export function helpOf(commands: readonly Command[], globals: readonly Option[]): string {
  const codes = Object.values(EXIT).map(({ code, meaning }) => [String(code), meaning] as const);
  return [
    "Usage: signet COMMAND [OPTION …]",
    "",
    ...indented(commands.map(({ name, summary }) => [name, summary])),
    "",
    "Options of every command:",
    ...optionRows(globals),
    "",
    "Exit codes:",
    ...indented(codes),
  ].join("\n");
}

export function commandHelp(command: Command, globals: readonly Option[]): string {
  return [
    `Usage: ${usageOf(command)}`,
    "",
    `  ${command.summary}`,
    ...(command.options.length === 0 ? [] : ["", "Options:", ...optionRows(command.options)]),
    "",
    "Options of every command:",
    ...optionRows(globals),
  ].join("\n");
}

function optionRows(options: readonly Option[]): string[] {
  return indented(options.map((option) => [shownOption(option), option.summary]));
}

/** As it is typed: `--wait SECONDS`. */
export function shownOption({ name, value, choices }: Option): string {
  const shown = choices?.join("|") ?? value;
  return shown === undefined ? `--${name}` : `--${name} ${shown}`;
}

/** A whole command line: `signet import [OPTION …] [FILE | -]`. */
export function usageOf({ name, parameters }: Command): string {
  return ["signet", name, "[OPTION …]", ...parameters].join(" ");
}

function indented(rows: readonly (readonly [string, string])[]): string[] {
  return table(rows).map((line) => `  ${line}`);
}
