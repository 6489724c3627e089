import { ServerTime, systemClock } from "../clock.ts";
import { SignetError } from "../errors.ts";
import { isRecord, isText, parseJson } from "../shapes.ts";
import { CLOCK_TOLERANCE_SECONDS, openTrustBundle } from "../trust-bundle.ts";
import type { Call, Command } from "./command.ts";
import { EXIT } from "./exit-codes.ts";
import { CliError, type Failure, failureOf } from "./failure.ts";
import type { CommandLineOptions } from "./settings.ts";

const TIMEOUT_MS = 10_000;
const PROBE = "doctor-probe";

interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly says: string;
  readonly failure?: Failure;
}

/** What the server answered, for the checks that judge it. */
interface Reached {
  readonly text: string;
  /** Seconds that this machine's clock is ahead of the server's; undefined where it told no time. */
  readonly aheadSeconds: number | undefined;
}

export const doctor: Command = {
  name: "doctor",
  summary: "look at settings, disk, network, clock, trust and activation, and say what to mend",
  parameters: [],
  argumentsMax: 0,
  options: [],
  async run(call) {
    const findings = await examine(call);
    const failed = findings.find(({ ok }) => !ok);
    const lines = findings.flatMap(({ check, ok, says, failure }) => {
      const mark = ok ? call.paint("green", "ok  ") : call.paint("red", "FAIL");
      const line = `${mark} ${check.padEnd(10)} ${says}`;
      return failure === undefined ? [line] : [line, `     ${call.paint("bold", "Next:")} ${failure.next}`];
    });
    return {
      result: { checks: findings },
      text: lines.join("\n"),
      exitCode: failed?.failure?.exitCode ?? EXIT.ok.code,
    };
  },
};

async function examine(call: Call): Promise<Finding[]> {
  const findings: Finding[] = [];
  /** What the check found, for those after it; undefined where it failed. */
  const check = async <Value>(name: string, work: () => Promise<readonly [string, Value]>) => {
    try {
      const [says, value] = await work();
      findings.push({ check: name, ok: true, says });
      return value;
    } catch (error) {
      const failure = failureOf(error);
      const says = failure.detail === undefined ? failure.message : `${failure.message} ${failure.detail}`;
      findings.push({ check: name, ok: false, says, failure });
      return undefined;
    }
  };
  const options = await check("settings", async () => settings(call));
  if (options === undefined) return findings;
  const isWritable = await check("disk", () => disk(options));
  const reached = await check("network", () => network(call, options));
  if (reached !== undefined) {
    await check("clock", () => clock(reached, options));
    await check("trust", () => trust(call, reached, options));
  }
  if (isWritable === true) await check("activation", () => activation(call));
  return findings;
}

function settings(call: Call): readonly [string, CommandLineOptions] {
  const options = call.options({ online: true });
  call.signet({ online: true });
  const sources = Object.entries(call.settings).map(([name, { from }]) => `${name} by ${from}`);
  return [sources.join(", "), options];
}

async function disk({ storage }: CommandLineOptions): Promise<readonly [string, true]> {
  const text = new Date(systemClock.now()).toISOString();
  try {
    await storage.set(PROBE, text);
    const read = await storage.get(PROBE);
    await storage.delete(PROBE);
    if (read === text) return ["the state can be written and read", true];
  } catch (cause) {
    throw new SignetError("storage_failed", { cause, detail: String(cause) });
  }
  throw new SignetError("storage_failed", { detail: "What was written was not read again." });
}

async function network(call: Call, options: CommandLineOptions): Promise<readonly [string, Reached]> {
  const { surroundings } = call;
  const url = `${options.server.replace(/\/+$/, "")}/v1/${encodeURIComponent(options.tenant)}/trust`;
  const sent = surroundings.now();
  const { status, date, text } = await answerOf(url);
  const answered = surroundings.now();
  if (status !== 200) {
    const next = "Check the server's address and the tenant's name.";
    throw new CliError("unreachable", "server_error", `GET ${url} answered ${status}.`, next);
  }
  const told = Date.parse(date ?? "");
  // The server's second has no fraction, and was some time between.
  const aheadSeconds = Number.isNaN(told)
    ? undefined
    : Math.round(((sent + answered) / 2 - told - 500) / 1000);
  return [`${url} answered in ${answered - sent} ms`, { text, aheadSeconds }];
}

async function answerOf(url: string) {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const answer = await fetch(url, { redirect: "error", cache: "no-store", signal });
    return { status: answer.status, date: answer.headers.get("date"), text: await answer.text() };
  } catch (cause) {
    const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
    throw new SignetError("network_error", { cause, detail: String(reason) });
  }
}

async function clock(
  { aheadSeconds }: Reached,
  { storage }: CommandLineOptions,
): Promise<readonly [string, true]> {
  await new ServerTime(systemClock, storage).nowAlone();
  if (aheadSeconds === undefined) return ["not behind what was seen before; the server tells no time", true];
  const says = `${Math.abs(aheadSeconds)} s ${aheadSeconds < 0 ? "behind" : "ahead of"} the server's`;
  if (Math.abs(aheadSeconds) <= CLOCK_TOLERANCE_SECONDS) return [says, true];
  throw new CliError(
    "configuration",
    "clock_wrong",
    `This machine's clock is ${says}.`,
    "Set this machine's clock.",
  );
}

async function trust(
  call: Call,
  { text }: Reached,
  { rootKey, tenant }: CommandLineOptions,
): Promise<readonly [string, true]> {
  const answer = parseJson(text);
  if (!isRecord(answer) || !isText(answer.bundle)) throw new SignetError("server_error");
  const { seq, expiresAt } = await openTrustBundle(answer.bundle, rootKey, {
    now: call.surroundings.now(),
    tenant,
  });
  return [
    `bundle ${seq}, signed from the root key down, good until ${new Date(expiresAt * 1000).toISOString()}`,
    true,
  ];
}

async function activation(call: Call): Promise<readonly [string, true]> {
  const { id, status, expiresAt } = await call.signet({ online: false }).current();
  const says = `${id} is ${status}, until ${expiresAt.toISOString()}`;
  if (status === "active" || status === "grace") return [says, true];
  throw new CliError("refused", `activation_${status}`, `${says}.`, "Run `signet status --refresh`.");
}
