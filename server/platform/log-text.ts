import type { DestinationStream } from "pino";

/** Turns JSON log lines into lines for a person: time, level, who speaks, message, then the remaining fields. */
export function textLogStream(out: DestinationStream): DestinationStream {
  return { write: (line) => out.write(`${asText(JSON.parse(line))}\n`) };
}

function asText(record: Record<string, unknown>): string {
  const { time, level, name, msg, err, ...fields } = record;
  const rest = Object.entries(fields).map(
    ([field, value]) => ` ${field}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return `${String(time).slice(11, 23)} ${String(level).toUpperCase().padEnd(5)} ${name}: ${msg ?? ""}${rest.join("")}${stackOf(err)}`;
}

function stackOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return "";
  const text = "stack" in error ? String(error.stack) : JSON.stringify(error);
  return `\n${text.replace(/^/gm, "    ")}`;
}
