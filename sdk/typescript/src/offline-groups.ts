/**
 * Bytes as text that is read aloud and typed: groups of five of Crockford's base32, the fifth a check on the other four and on
 * the group's place. Any wrong symbol, any two swapped in a group, and groups that are missing, doubled or swapped are found and
 * told by the group's number. The last group checks the whole.
 */
import { fromBase64url, sha256 } from "./encoding.ts";
import { ALPHABET, multiply } from "./offline-symbols.ts";

/** What a text says it is, by its first symbol. */
export const CODE_KINDS = { request: 1, response: 2 } as const;
export type CodeKind = keyof typeof CODE_KINDS;

export type CodeReading =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly sentence: string };

const DATA_LENGTH = 4;
const GROUP_LENGTH = 5;
const GROUPS_IN_LINE = 5;
/** Far more than any code has: what is longer was not typed. */
const GROUPS_MAX = 400;

/** Lines of five groups. Bytes at the end that are 0 are not told from none: the content must say how long it is. */
export async function writeGroups(kind: CodeKind, bytes: Uint8Array): Promise<string> {
  const symbols = [CODE_KINDS[kind], ...symbolsOf(bytes)];
  while (symbols.length % DATA_LENGTH !== 0) symbols.push(0);
  const all = [...symbols, ...(await wholeCheck(symbols))];
  const groups: string[] = [];
  for (let start = 0; start < all.length; start += DATA_LENGTH) {
    const data = all.slice(start, start + DATA_LENGTH);
    groups.push(
      [...data, check(data, start / DATA_LENGTH)].map((symbol) => ALPHABET.charAt(symbol)).join(""),
    );
  }
  const lines: string[] = [];
  for (let start = 0; start < groups.length; start += GROUPS_IN_LINE)
    lines.push(groups.slice(start, start + GROUPS_IN_LINE).join(" "));
  return lines.join("\n");
}

/** Reads what was typed: in any case, with I or L for 1 and O for 0, groups apart by spaces, dashes or nothing at all. Never rejects. */
export async function readGroups(kind: CodeKind, text: string): Promise<CodeReading> {
  const typed = text.toUpperCase().replace(/[IL]/g, "1").replace(/O/g, "0");
  const apart = typed.split(/[\s\p{Dash_Punctuation}.,;:]+/u).filter((group) => group !== "");
  const groups = apart.length === 1 ? (typed.trim().match(/.{1,5}/gsu) ?? []) : apart;
  if (groups.length < 2 || groups.length > GROUPS_MAX)
    return wrong("This is no code: copy all of its groups.");
  const foreign = groups.findIndex((group) => [...group].some((symbol) => !ALPHABET.includes(symbol)));
  if (foreign !== -1) return wrong(`Group ${foreign + 1} has a character that never occurs; compare it.`);
  const short = groups.findIndex((group) => group.length !== GROUP_LENGTH);
  if (short !== -1)
    return wrong(
      `Group ${short + 1} has ${groups[short]?.length} characters where there should be 5; compare it.`,
    );

  const values = groups.map((group) => Array.from(group, (symbol) => ALPHABET.indexOf(symbol)));
  const misplaced = misplacement(values);
  if (misplaced !== undefined) return wrong(misplaced);
  const symbols = values.flatMap((group) => group.slice(0, DATA_LENGTH));
  const [content, sum] = [symbols.slice(0, -DATA_LENGTH), symbols.slice(-DATA_LENGTH)];
  const expected = await wholeCheck(content);
  if (sum.some((symbol, index) => symbol !== expected[index]))
    return wrong(
      "The code is not right as a whole: a group is another code's, or the end is missing; compare it all.",
    );
  if (content[0] !== CODE_KINDS[kind])
    return wrong(`This is not a ${kind} code; look which of the two is asked for.`);
  return { ok: true, bytes: bytesOf(content.slice(1)) };
}

/** The place, modulo 32, that a group's check was made for; garbage where the group is mistyped. */
function placeOf(group: readonly number[]): number {
  const data = group.slice(0, DATA_LENGTH);
  return (group[DATA_LENGTH] ?? 0) ^ check(data, 0);
}

/** What is wrong with the groups, in a sentence that numbers them as a person counts. */
function misplacement(groups: readonly (readonly number[])[]): string | undefined {
  const places = groups.map(placeOf);
  const wrongAt = places.flatMap((place, index) => (place === index % 32 ? [] : [index]));
  const [first, second] = wrongAt;
  if (first === undefined) return undefined;
  const rest = places.slice(first);
  const shifted = (by: number) =>
    rest.length > 1 && rest.every((place, index) => place === (first + index + by) % 32);
  if (shifted(1)) return `A group is missing before group ${first + 1}; compare it.`;
  if (shifted(31)) return `Group ${first + 1} is there twice; leave one out.`;
  if (
    second !== undefined &&
    wrongAt.length === 2 &&
    places[first] === second % 32 &&
    places[second] === first % 32
  )
    return `Groups ${first + 1} and ${second + 1} are swapped.`;
  if (second === undefined) return `Group ${first + 1} is mistyped; compare it.`;
  return `Groups ${wrongAt.map((index) => index + 1).join(", ")} are mistyped; compare them.`;
}

/** Each symbol counts by a factor of its own, so that none can change alone and no two can change places. */
function check(data: readonly number[], place: number): number {
  return data.reduce((sum, symbol, index) => sum ^ multiply(symbol, 2 << index), place % 32);
}

/** The first twenty bits of the SHA-256 of the symbols as text. */
async function wholeCheck(symbols: readonly number[]): Promise<number[]> {
  const text = symbols.map((symbol) => ALPHABET.charAt(symbol)).join("");
  const hash = fromBase64url(await sha256(text)) ?? new Uint8Array();
  return symbolsOf(hash).slice(0, DATA_LENGTH);
}

function symbolsOf(bytes: Uint8Array): number[] {
  const symbols: number[] = [];
  let bits = 0;
  let count = 0;
  for (const byte of bytes) {
    bits = ((bits << 8) | byte) & 0xfff;
    count += 8;
    for (; count >= 5; count -= 5) symbols.push((bits >> (count - 5)) & 31);
  }
  if (count > 0) symbols.push((bits << (5 - count)) & 31);
  return symbols;
}

function bytesOf(symbols: readonly number[]): Uint8Array {
  const bytes: number[] = [];
  let bits = 0;
  let count = 0;
  for (const symbol of symbols) {
    bits = ((bits << 5) | symbol) & 0xfff;
    count += 5;
    if (count < 8) continue;
    count -= 8;
    bytes.push((bits >> count) & 255);
  }
  return Uint8Array.from(bytes);
}

function wrong(sentence: string): CodeReading {
  return { ok: false, sentence };
}
