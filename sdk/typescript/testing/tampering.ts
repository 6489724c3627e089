import { isRecord } from "../src/shapes.ts";

/** One change to one field of a JSON body, as somebody on the wire could make it. */
export interface Tampering {
  /** The field and the change, for a test's message. */
  readonly name: string;
  apply(body: unknown): unknown;
}

type Path = readonly (string | number)[];
type Change = readonly [how: string, change: (value: unknown) => unknown];

const REMOVED = Symbol("removed");
const JWS = /^[\w-]+\.[\w-]+\.[\w-]+$/;
const PARTS = ["header", "payload", "signature"] as const;

/**
 * Every field of a body altered, removed, of another type, and with the value another good answer has there; every token changed in
 * each of its parts.
 *
 * @param sample an answer like the ones that will be tampered with.
 * @param others good answers to other requests.
 */
export function tamperingsOf(sample: unknown, others: readonly unknown[]): Tampering[] {
  return fieldsOf(sample).flatMap(({ path, value }) => {
    const swaps = others
      .map((other) => path.reduce(childOf, other))
      .flatMap((other, index): Change[] => {
        const same = other === undefined || JSON.stringify(other) === JSON.stringify(value);
        return same ? [] : [[`that of other answer ${index + 1}`, () => other]];
      });
    return [...changesOf(value), ...swaps].map(([how, change]) => ({
      name: `${path.join(".")}: ${how}`,
      apply: (body: unknown) => changed(body, path, change),
    }));
  });
}

function fieldsOf(value: unknown, path: Path = []): { readonly path: Path; readonly value: unknown }[] {
  const own = path.length === 0 ? [] : [{ path, value }];
  const below = Array.isArray(value)
    ? value.flatMap((item, index) => fieldsOf(item, [...path, index]))
    : isRecord(value)
      ? Object.entries(value).flatMap(([name, item]) => fieldsOf(item, [...path, name]))
      : [];
  return [...own, ...below];
}

function changesOf(value: unknown): Change[] {
  const always: Change[] = [
    ["removed", () => REMOVED],
    ["null", () => null],
  ];
  if (typeof value === "number") {
    return [
      ...always,
      ["one more", (was) => Number(was) + 1],
      ["below zero", () => -1],
      ["endless", () => 1e300],
      ["a text", String],
    ];
  }
  if (typeof value === "boolean") return [...always, ["its opposite", (was) => !was], ["a text", String]];
  if (typeof value !== "string") return [...always, ["empty", emptied], ["a text", () => "x"]];
  const texts: Change[] = [
    ...always,
    ["altered", altered],
    ["a number", () => 7],
    ["in a list", (was) => [was]],
  ];
  if (!JWS.test(value)) return texts;
  const flips = PARTS.flatMap((part, index) =>
    [0, 0.5, 1].map((at): Change => [`${part} flipped at ${at}`, (was) => flipped(String(was), index, at)]),
  );
  return [...texts, ...flips];
}

function emptied(was: unknown): unknown {
  return Array.isArray(was) ? [] : {};
}

function altered(was: unknown): string {
  const text = String(was);
  return /^\d{4}-\d\d-\d\dT/.test(text) ? `2999${text.slice(4)}` : `x${text}`;
}

/** Another letter, which also says something else: the highest of the six bits differs. */
function flipped(jws: string, part: number, at: number): string {
  const parts = jws.split(".");
  const text = parts[part] ?? "";
  const index = Math.floor(at * (text.length - 1));
  const letter = (LETTERS.indexOf(text[index] ?? "A") + 32) % LETTERS.length;
  parts[part] = text.slice(0, index) + LETTERS[letter] + text.slice(index + 1);
  return parts.join(".");
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

function childOf(value: unknown, name: string | number): unknown {
  if (Array.isArray(value)) return value[Number(name)];
  return isRecord(value) ? value[name] : undefined;
}

function changed(value: unknown, path: Path, change: (value: unknown) => unknown): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return change(value);
  const child = changed(childOf(value, name), rest, change);
  if (Array.isArray(value)) {
    return child === REMOVED ? value.toSpliced(Number(name), 1) : value.with(Number(name), child);
  }
  const { [name]: _was, ...others } = isRecord(value) ? value : {};
  return child === REMOVED ? others : { ...others, [name]: child };
}
