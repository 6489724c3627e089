import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import type { Activation } from "../activation.ts";
import { isSignetError } from "../errors.ts";
import type { Seat } from "../seat.ts";
import { type Call, type Command, secondsOption, textOption, usageError } from "./command.ts";
import { EXIT } from "./exit-codes.ts";
import { CliError } from "./failure.ts";

const FORWARDED = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2"] as const;
/** A terminal sends these to the command by itself. */
const FROM_TERMINAL: readonly string[] = ["SIGINT", "SIGQUIT"];
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
      const { exitCode, isLost } = await hold(seat, call, { program, rest, killAfterMs });
      return { result: { seat: seat.id, slot: seat.slot, exitCode, lost: isLost }, text: "", exitCode };
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
  const { surroundings } = call;
  const env = { ...surroundings.env, SIGNET_SEAT: seat.id, SIGNET_SEAT_SLOT: String(seat.slot) };
  const child = spawn(program, [...rest], { stdio: "inherit", env });
  let isLost = false;
  let wasKilled = false;
  const listeners = forward(child, surroundings.isTerminal("stdin"));
  let force: ReturnType<typeof setTimeout> | undefined;
  const stopListening = seat.on("lost", ({ message }) => {
    isLost = true;
    const kills = textOption(call, "on-lost") === "kill";
    const next = kills
      ? "The command is being ended."
      : "The command goes on without a seat; save, and end it.";
    surroundings.err(`signet: ${message} ${next}\n`);
    if (!kills) return;
    wasKilled = true;
    child.kill("SIGTERM");
    force = setTimeout(() => child.kill("SIGKILL"), killAfterMs);
  });
  try {
    const exitCode = await ended(child, program);
    return { exitCode: wasKilled ? EXIT.seatLost.code : exitCode, isLost };
  } finally {
    clearTimeout(force);
    stopListening();
    for (const [signal, listener] of listeners) process.off(signal, listener);
  }
}

function forward(child: ChildProcess, isAtTerminal: boolean) {
  const listeners = FORWARDED.map((signal) => {
    const isSentAlready = isAtTerminal && FROM_TERMINAL.includes(signal);
    return [signal, () => void (isSentAlready || child.kill(signal))] as const;
  });
  for (const [signal, listener] of listeners) process.on(signal, listener);
  return listeners;
}

/** Its exit code, or 128 and the number of the signal that ended it, as shells say it. */
function ended(child: ChildProcess, program: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", (error) => {
      const isMissing = "code" in error && error.code === "ENOENT";
      const exit = isMissing ? "notFound" : "notRunnable";
      const what = isMissing ? "was not found" : "could not be run";
      reject(
        new CliError(
          exit,
          "command_failed",
          `${program} ${what}.`,
          "Check the command's name and permissions.",
        ),
      );
    });
    child.once("exit", (code, signal) => {
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
