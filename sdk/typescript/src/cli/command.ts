import type { Signet } from "../node.ts";
import { CliError } from "./failure.ts";
import type { Option } from "./option.ts";
import type { CommandLineOptions, Needs, Settings } from "./settings.ts";
import type { surroundings } from "./surroundings.ts";

/** One row of the table that arguments, help and completion are made from. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** Positional arguments as the help shows them. */
  readonly parameters: readonly string[];
  readonly argumentsMax: number;
  readonly options: readonly Option[];
  /** What follows `--` is a command of its own. */
  readonly runsCommand?: true;
  /** Its first argument is one of these. */
  readonly choices?: readonly string[];
  readonly run: (call: Call) => Promise<Outcome>;
}

export interface Outcome {
  /** What `--json` shows. */
  readonly result: object;
  /** What a person reads. */
  readonly text: string;
  readonly exitCode?: number;
}

export interface Call {
  readonly commands: readonly Command[];
  readonly globals: readonly Option[];
  readonly arguments: readonly string[];
  /** What follows `--`. */
  readonly command: readonly string[];
  readonly values: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
  readonly settings: Settings;
  readonly surroundings: typeof surroundings;
  /** Whether what is printed goes to a terminal that shows colours. */
  readonly isColoured: boolean;
  readonly paint: Paint;
  /** @param online whether the command needs a server. */
  options(needs: Needs): CommandLineOptions;
  /** The SDK by those options. */
  signet(needs: Needs): Signet;
}

export type Colour = "red" | "green" | "yellow" | "bold" | "dim";
export type Paint = (colour: Colour, text: string) => string;

export function textOption({ values }: Call, name: string): string | undefined {
  const value = values[name];
  return typeof value === "string" ? value : undefined;
}

/** A whole number of seconds, at most what a timer can wait. */
export function secondsOption(call: Call, name: string): number | undefined {
  const text = textOption(call, name);
  if (text === undefined) return undefined;
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw usageError(`--${name} must be a whole number of seconds up to 999999, not "${text}".`);
}

export function usageError(message: string, next = "Run the command with `--help`."): CliError {
  return new CliError("usage", "usage", message, next);
}
