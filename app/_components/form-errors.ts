import type { FieldError } from "#server/domain/errors.ts";

/**
 * Errors by form field: the pointer `/features/0/code` is the field `features.0.code`. One that points at no field of
 * the form is in `rest`, with its pointer, so that nothing is swallowed.
 */
export function placeErrors(
  errors: readonly FieldError[],
  values: unknown,
): { fields: Record<string, string>; rest: string[] } {
  const fields: Record<string, string> = {};
  const rest: string[] = [];
  for (const { pointer, message } of errors) {
    const path = pointer.split("/").slice(1).map(unescaped);
    if (path.length > 0 && exists(values, path)) fields[path.join(".")] ??= message;
    else rest.push(path.length > 0 ? `${path.join(".")}: ${message}` : message);
  }
  return { fields, rest };
}

function unescaped(part: string): string {
  return part.replaceAll("~1", "/").replaceAll("~0", "~");
}

function exists(values: unknown, path: readonly string[]): boolean {
  const [head, ...tail] = path;
  if (head === undefined) return true;
  if (typeof values !== "object" || values === null || !Object.hasOwn(values, head)) return false;
  return exists(Reflect.get(values, head), tail);
}
