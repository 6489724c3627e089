import { AsyncLocalStorage } from "node:async_hooks";
import { pino } from "pino";
import { textLogStream } from "./log-text.ts";

export type Logger = pino.Logger;

export interface LoggerOptions {
  readonly level: pino.LevelWithSilent;
  /** The process or room that speaks. */
  readonly name: string;
  /** `json` is one object a line, for machines; `text` is for a person at a terminal. */
  readonly format?: "json" | "text";
  /** Where lines go; standard output by default. */
  readonly destination?: pino.DestinationStream;
}

/** What ties together everything that one request or job brought about. */
interface Thread {
  readonly correlationId: string;
  /** The caller's W3C `traceparent`, where it sent one. */
  readonly traceParent: string | undefined;
}

declare global {
  var signetCorrelation: AsyncLocalStorage<Thread> | undefined;
}

/** One a process, although Next loads this module once for each of its bundles. */
globalThis.signetCorrelation ??= new AsyncLocalStorage<Thread>();
const correlation = globalThis.signetCorrelation;

/** Runs `work` so that everything it logs and calls, however deep, carries this correlation id, and the trace it is part of. */
export function runWithCorrelation<T>(correlationId: string, work: () => T, traceParent?: string): T {
  return correlation.run({ correlationId, traceParent }, work);
}

export function currentCorrelationId(): string | undefined {
  return correlation.getStore()?.correlationId;
}

export function currentTraceParent(): string | undefined {
  return correlation.getStore()?.traceParent;
}

/** A pino logger whose lines carry the correlation id and no secret, whatever was handed to it. */
export function createLogger({ level, name, format = "json", destination }: LoggerOptions): Logger {
  const out = destination ?? pino.destination({ fd: 1, sync: true });
  return pino(
    {
      level,
      base: { name },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: redactSecrets },
      mixin() {
        const thread = correlation.getStore();
        if (thread === undefined) return {};
        const { correlationId, traceParent } = thread;
        if (traceParent === undefined) return { correlationId };
        const [, traceId, spanId] = traceParent.split("-");
        return { correlationId, trace_id: traceId, span_id: spanId };
      },
    },
    format === "text" ? textLogStream(out) : out,
  );
}

const STRING = String.raw`"(?:[^"\\]|\\.)*"`;
const SECRET_FIELD = new RegExp(
  String.raw`"([\w.-]{0,40}(?:password|passphrase|secret|token|authorization|cookie|credential|key(?="))[\w.-]{0,40})":` +
    String.raw`(?:${STRING}|\[(?:${STRING}|[^"[\]])*\]|\{(?:${STRING}|[^"{}])*\})`,
  "gi",
);

/** Works on the finished line, because that is the one place where child bindings, errors and nested objects all pass. */
function redactSecrets(line: string): string {
  return line.replace(SECRET_FIELD, '"$1":"[redacted]"');
}
