import { canonicalJson, type JsonValue } from "./canonical-json.ts";
import type { PolicyRules } from "./policy.ts";

/** One rule that differs. `path` is `activationsMax`, `features/export-4k` or `meters/render-minutes/periodCredits`. */
export interface RuleChange {
  readonly path: string;
  /** Undefined where the rule is there on one side only. */
  readonly before: JsonValue | undefined;
  readonly after: JsonValue | undefined;
}

/** What differs between two sets of rules, in the order of the fields; nothing when they say the same. */
export function policyDiff(before: PolicyRules, after: PolicyRules): RuleChange[] {
  const left = flatten(before);
  const right = flatten(after);
  return [...new Set([...left.keys(), ...right.keys()])].flatMap((path) => {
    const change = { path, before: left.get(path), after: right.get(path) };
    return text(change.before) === text(change.after) ? [] : [change];
  });
}

function flatten({ meters, features, reservedSeats, ...rest }: PolicyRules): Map<string, JsonValue> {
  const flat = new Map<string, JsonValue>(Object.entries(rest));
  const add = (group: string, entries: Readonly<Record<string, JsonValue>>): void => {
    for (const [name, value] of Object.entries(entries)) flat.set(`${group}/${name}`, value);
  };
  add("reservedSeats", reservedSeats);
  for (const [code, rules] of Object.entries(meters)) add(`meters/${code}`, rules);
  add("features", features);
  return flat;
}

function text(value: JsonValue | undefined): string | undefined {
  return value === undefined ? undefined : canonicalJson(value);
}
