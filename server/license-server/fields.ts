import { isUtf8 } from "node:buffer";
import type { z } from "zod";
import { type FieldError, SignetError } from "#server/domain/errors.ts";
import type { RawRequest } from "./raw.ts";
import { wrongContentEncoding } from "./refusal.ts";

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "an object",
  record: "an object",
  array: "a list",
};
const UNITS: Readonly<Record<string, string>> = {
  string: " characters",
  array: " items",
  record: " entries",
};

/** Findings told at most, and of those named in one sentence: a thousand events may all be wrong in the same way. */
const FINDINGS_MAX = 100;
const FINDINGS_IN_A_SENTENCE = 10;

/** Given to every parse: zod's findings as the end of a sentence that begins with the field's name. */
const SENTENCES = { error: predicateOf };

function predicateOf(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.input === undefined && issue.code !== "custom") return "is required";
  switch (issue.code) {
    case "invalid_type":
      return `must be ${TYPE_NAMES[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}`;
    case "too_small":
      return `must be at least ${issue.minimum}${UNITS[issue.origin] ?? ""}`;
    case "too_big":
      return `must be at most ${issue.maximum}${UNITS[issue.origin] ?? ""}`;
    case "invalid_key":
      return issue.issues[0]?.message;
    default:
      return undefined;
  }
}

/**
 * Reads `value` by `schema`.
 *
 * @throws SignetError `invalid_request` that names every wrong field by JSON pointer, with a sentence each.
 */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  at = "",
): z.output<Schema> {
  const parsed = schema.safeParse(value, SENTENCES);
  if (parsed.success) return parsed.data;
  throw invalidFields(parsed.error.issues.flatMap((issue) => fieldErrorsOf(issue, at)));
}

function fieldErrorsOf(issue: z.core.$ZodIssue, at: string): FieldError[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => fieldError([...issue.path, key], "is not a known field; remove it", at));
  }
  return [fieldError(issue.path, issue.message, at)];
}

function fieldError(path: readonly PropertyKey[], message: string, at: string): FieldError {
  const steps = path.map(String);
  const pointer = at + steps.map((step) => `/${step.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
  const name = steps.length === 0 ? "The body" : steps.join(".");
  return { pointer, message: isSentence(message) ? message : `${name} ${message}.` };
}

/** A schema may give a whole sentence of its own instead of the end of one. */
function isSentence(message: string): boolean {
  return /^\p{Lu}/u.test(message);
}

function invalidFields(errors: readonly FieldError[]): SignetError {
  const [first] = errors;
  if (first !== undefined && errors.length === 1) {
    return new SignetError("invalid_request", first.message, { errors });
  }
  const pointers = errors.slice(0, FINDINGS_IN_A_SENTENCE).map((error) => error.pointer);
  const more = errors.length > FINDINGS_IN_A_SENTENCE ? " and more" : "";
  return new SignetError(
    "invalid_request",
    `${errors.length} fields are not valid: ${pointers.join(", ")}${more}.`,
    { errors: errors.slice(0, FINDINGS_MAX) },
  );
}

/** Reads what stands behind a path's question mark; of a name given twice the last counts. */
export function parseQuery<Schema extends z.ZodType>(schema: Schema, target: string): z.output<Schema> {
  const at = target.indexOf("?");
  const query = at === -1 ? "" : target.slice(at + 1);
  return parseInput(schema, Object.fromEntries(new URLSearchParams(query)), "/query");
}

/**
 * The JSON value of a request body; an empty body counts as an empty object, so that each missing field is named.
 *
 * @throws SignetError `invalid_request` when it is not UTF-8, not JSON, or compressed.
 */
export function parseJson(request: Pick<RawRequest, "body" | "header">): unknown {
  const bytes = request.body;
  if (bytes === undefined || bytes.length === 0) return {};
  const encoding = request.header("content-encoding");
  if (encoding !== undefined && encoding !== "identity") throw wrongContentEncoding(encoding);
  const text = bytes.toString("utf8");
  // Only text with a replacement character in it can have come from bytes that are not UTF-8.
  if (text.includes("\uFFFD") && !isUtf8(bytes)) {
    throw new SignetError("invalid_request", "The body is not valid UTF-8 text.");
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SignetError("invalid_request", `The body is not valid JSON${placeOf(cause)}.`, { cause });
  }
}

/** Where JSON.parse stopped, without the piece of the body its message repeats. */
function placeOf(error: unknown): string {
  const place = error instanceof Error ? /line (\d+) column (\d+)/.exec(error.message) : null;
  return place === null ? "" : `: see line ${place[1]}, column ${place[2]}`;
}
