/** What an entry keeps of before and after. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue | undefined };

/** One field of a change. Undefined where it is there on one side only. */
export interface FieldChange {
  readonly path: readonly string[];
  readonly before: JsonValue | undefined;
  readonly after: JsonValue | undefined;
}

/** What differs between before and after, field by field, objects opened; what is the same on both sides is left out. */
export function auditDiff(before: JsonValue, after: JsonValue): FieldChange[] {
  const left = flat(before);
  const right = flat(after);
  const names = [...new Set([...left.keys(), ...right.keys()])];
  return names.flatMap((name) => {
    const change = { path: JSON.parse(name), before: left.get(name), after: right.get(name) };
    return JSON.stringify(change.before) === JSON.stringify(change.after) ? [] : [change];
  });
}

function flat(value: JsonValue, path: readonly string[] = [], into = new Map<string, JsonValue>()) {
  if (isRecord(value))
    for (const [name, part] of Object.entries(value)) flat(part ?? null, [...path, name], into);
  else if (path.length > 0 || value !== null) into.set(JSON.stringify(path), value);
  return into;
}

function isRecord(value: JsonValue): value is { readonly [name: string]: JsonValue | undefined } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `overrides.activationsMax` as "Overrides › activations max". */
export function fieldName(path: readonly string[]): string {
  return path
    .map((part) => part.replace(/([a-z])([A-Z])/g, (_, end, start) => `${end} ${start.toLowerCase()}`))
    .map((part, index) => (index === 0 ? part.charAt(0).toUpperCase() + part.slice(1) : part))
    .join(" › ");
}

/** A value as a person reads it; undefined where there is nothing to say. */
export function fieldValue(value: JsonValue | undefined): string | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return new Intl.NumberFormat("en").format(value);
  if (typeof value === "string") return value;
  return JSON.stringify(value);
}

const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/** The moment a value is, or undefined when it is none. */
export function asMoment(value: JsonValue | undefined): Date | undefined {
  return typeof value === "string" && MOMENT.test(value) ? new Date(value) : undefined;
}
