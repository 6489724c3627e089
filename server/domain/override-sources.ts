/** A change that may have set a license's own terms: how it was issued, or what was changed since. */
interface TermsChange {
  readonly before: unknown;
  readonly after: unknown;
}

/** For each rule a license has of its own, the change that gave it the value it has; `changes` come newest first. */
export function overrideSources<Change extends TermsChange>(
  overrides: Readonly<Record<string, unknown>>,
  changes: readonly Change[],
): ReadonlyMap<string, Change> {
  const sources = new Map<string, Change>();
  for (const rule of Object.keys(overrides)) {
    const set = changes.find(({ before, after }) => valueIn(before, rule) !== valueIn(after, rule));
    if (set !== undefined) sources.set(rule, set);
  }
  return sources;
}

/** As text; the database gives the same value back with its keys in the same order. */
function valueIn(entry: unknown, rule: string): string | undefined {
  return JSON.stringify(fieldOf(fieldOf(entry, "overrides"), rule));
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
