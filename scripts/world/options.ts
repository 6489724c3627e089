import { parseArgs } from "node:util";
import { LaunchFailure } from "../launcher/failure.ts";

export interface WorldOptions {
  readonly licenses: number;
  /** Decisions of the last year. */
  readonly events: number;
  readonly seed: number;
  /** The world's present. */
  readonly until: Date;
  /** For how many days before that figures are computed, as the worker would: a large hour takes it a third of a second. */
  readonly figureDays: number;
  /** Deletes the world of this seed first. */
  readonly replace: boolean;
}

export const WORLD_HELP = `npm run seed:world -- [options]    fill a tenant of its own, world-<seed>, to look at Signet at size

  --licenses=1000000    how many licenses
  --events=10000000     how many decisions, over the year that ends at --until
  --seed=1              the same seed, sizes and --until give the same rows
  --until=<ISO time>    the world's present; this hour unless given
  --figure-days=35      for how many days figures by hour and day are computed (the slowest part of a large world)
  --replace             delete the world of this seed first

Stop npm start before; it uses the database of .signet (or SIGNET_HOME), or DATABASE_URL with SIGNET_MASTER_KEY.
License keys follow from the seed, so whoever knows it knows them: a world is for looking at, never for customers.`;

const HOUR_MS = 3_600_000;

/** Throws a LaunchFailure that says which option cannot be read, and what it may be. */
export function readWorldOptions(argv: readonly string[], now: Date): WorldOptions | "help" {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  let values: Partial<Record<string, string | boolean>>;
  try {
    values = parseArgs({
      args: [...argv],
      options: {
        licenses: text,
        events: text,
        seed: text,
        until: text,
        "figure-days": text,
        replace: flag,
        help: flag,
      },
    }).values;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new LaunchFailure(`${message}. See npm run seed:world -- --help.`, { cause });
  }
  if (values.help === true) return "help";
  const whole = (name: string, fallback: number, least: number, most: number): number => {
    const value = values[name] === undefined ? fallback : Number(values[name]);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    const bounds = `${least.toLocaleString("en")} to ${most.toLocaleString("en")}`;
    throw new LaunchFailure(`--${name} must be a whole number from ${bounds}, without separators.`);
  };
  return {
    licenses: whole("licenses", 1_000_000, 1, 10_000_000),
    events: whole("events", 10_000_000, 0, 100_000_000),
    seed: whole("seed", 1, 1, 1_000_000),
    until: untilOf(values.until, now),
    figureDays: whole("figure-days", 35, 1, 365),
    replace: values.replace === true,
  };
}

function untilOf(text: string | boolean | undefined, now: Date): Date {
  if (text === undefined) return new Date(now.getTime() - (now.getTime() % HOUR_MS));
  const until = new Date(String(text));
  if (Number.isNaN(until.getTime()) || until.getTime() % HOUR_MS !== 0)
    throw new LaunchFailure("--until must be a whole hour in UTC, such as 2026-11-01T00:00:00Z.");
  return until;
}
