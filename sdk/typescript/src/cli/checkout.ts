import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import type { Activation } from "../activation.ts";
import { isSignetError } from "../errors.ts";
import type { Seat } from "../seat.ts";
import type { SeatLost } from "../seat-lost.ts";
import { type Call, type Command, secondsOption, textOption, usageError } from "./command.ts";
import { EXIT } from "./exit-codes.ts";
import { CliError } from "./failure.ts";

const FORWARDED = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2"] as const;
/** A terminal sends these to the command by itself. */
const FROM_TERMINAL: readonly string[] = ["SIGINT", "SIGQUIT"];
/** On Windows a console sends all there is to the command by itself, and passing it on would end the command at once. */
const FROM_CONSOLE = ["SIGINT", "SIGBREAK", "SIGHUP"] as const;
const RELEASE_MS = 5_000;
const WAIT_MS = 2_000;
const KILL_AFTER_SECONDS = 10;

export const checkout: Command = {
  name: "checkout",
  summary: "hold a floating seat while a command runs; ends with its exit code",
  parameters: ["-- COMMAND [ARGUMENT …]"],
  argumentsMax: 0,
  runsCommand: true,
  options: [
    { name: "holder", value: "NAME", summary: "who uses the seat; user@host unless given" },
    { name: "group", value: "NAME", summary: "a group that seats are reserved for" },
    { name: "wait", value: "SECONDS", summary: "wait so long for a seat to come free" },
    {
      name: "on-lost",
      value: "WHAT",
      choices: ["warn", "kill"],
      summary: "when the seat is lost; warn unless given",
    },
    { name: "kill-after", value: "SECONDS", summary: "with kill: from SIGTERM to SIGKILL; 10 unless given" },
  ],
  async run(call) {
    const [program, ...rest] = call.command;
    if (program === undefined) throw usageError("Say after -- what to run: `signet checkout -- COMMAND`.");
    const killAfterMs = (secondsOption(call, "kill-after") ?? KILL_AFTER_SECONDS) * 1000;
    const seat = await seatFor(await call.signet({ online: true }).current(), call);
    try {
      const { exitCode, lost } = await hold(seat, call, { program, rest, killAfterMs });
      return { result: { seat: seat.id, slot: seat.slot, exitCode, lost }, text: "", exitCode };
    } finally {
      // The command's own end counts; a seat that cannot be given back comes back by itself when its lease ends.
      await seat.release({ signal: AbortSignal.timeout(RELEASE_MS) }).catch(() => undefined);
    }
  },
};

async function seatFor(activation: Activation, call: Call): Promise<Seat> {
  const { surroundings } = call;
  const options = {
    holder: textOption(call, "holder") ?? surroundings.user(),
    group: textOption(call, "group"),
  };
  const until = surroundings.now() + (secondsOption(call, "wait") ?? 0) * 1000;
  for (;;) {
    try {
      return await activation.checkout(options);
    } catch (error) {
      const isFull = isSignetError(error) && error.code === "no_seats_available";
      if (!isFull || surroundings.now() + WAIT_MS > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    }
  }
}

interface Run {
  readonly program: string;
  readonly rest: readonly string[];
  readonly killAfterMs: number;
}

async function hold(seat: Seat, call: Call, { program, rest, killAfterMs }: Run) {
  const { surroundings, values } = call;
  const env = { ...surroundings.env, SIGNET_SEAT: seat.id, SIGNET_SEAT_SLOT: String(seat.slot) };
  const child = started(program, rest, env);
  const kills = textOption(call, "on-lost") === "kill";
  const told: { lost: Pick<SeatLost, "reason" | "message"> | null } = { lost: null };
  const stopForwarding = forward(child, surroundings);
  let force: ReturnType<typeof setTimeout> | undefined;
  const stopListening = seat.on("lost", ({ reason, message }) => {
    told.lost = { reason, message };
    const next = kills
      ? "The command is being ended."
      : "The command goes on without a seat; save, and end it.";
    // With --json the one object that is printed in the end tells it.
    if (values.json !== true) surroundings.err(`signet: ${message} ${next}\n`);
    if (!kills) return;
    child.kill("SIGTERM");
    force = setTimeout(() => child.kill("SIGKILL"), killAfterMs);
  });
  try {
    const exitCode = await ended(child, program);
    const { lost } = told;
    return { exitCode: kills && lost !== null ? EXIT.seatLost.code : exitCode, lost };
  } finally {
    clearTimeout(force);
    stopListening();
    stopForwarding();
  }
}

/** Passes signals on to the command, and outlives them, so that the seat is given back. @returns ends that. */
function forward(child: ChildProcess, { isTerminal, platform }: Call["surroundings"]): () => void {
  const isWindows = platform === "win32";
  const sentAlready: readonly string[] = isWindows ? FROM_CONSOLE : isTerminal("stdin") ? FROM_TERMINAL : [];
  const listeners = (isWindows ? FROM_CONSOLE : FORWARDED).map((signal) => {
    return [signal, () => void (sentAlready.includes(signal) || child.kill(signal))] as const;
  });
  for (const [signal, listener] of listeners) process.on(signal, listener);
  return () => {
    for (const [signal, listener] of listeners) process.off(signal, listener);
  };
}

function started(program: string, rest: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  try {
    return spawn(program, [...rest], { stdio: "inherit", env });
  } catch (error) {
    throw notStarted(program, error);
  }
}

/** Its exit code, or 128 and the number of the signal that ended it, as shells say it. */
function ended(child: ChildProcess, program: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on("error", (error) => {
      // One that runs as another user cannot be sent signals; it goes on, and keeps its seat.
      if (child.pid === undefined) reject(notStarted(program, error));
    });
    child.once("exit", (code, signal) => {
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}

function notStarted(program: string, error: unknown): CliError {
  const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
  const next = "Check the command's name and permissions; what only a shell can run, give to a shell.";
  return isMissing
    ? new CliError("notFound", "command_failed", `${program} was not found.`, next)
    : new CliError("notRunnable", "command_failed", `${program} could not be run.`, next);
}
