import { createHash } from "node:crypto";
import type { CodeRequest, CodeResponse } from "../../typescript/src/offline-code.ts";
import { device, type Vector } from "./vector.ts";

/** A code typed by hand, as who takes it in reads it, before any signature is looked at. */
interface CodeVector extends Vector {
  readonly kind: "request" | "response";
  readonly text: string;
  /** The numbers of the groups that the person is to compare, where they can be told. */
  readonly groups?: readonly number[];
}

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const KINDS = { request: 1, response: 2 } as const;

/** Written out again, so that the corpus does not agree with the library by being made with it. */
function symbolsOf(bytes: Uint8Array): number[] {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return (bits.match(/.{1,5}/g) ?? []).map((five) => Number.parseInt(five.padEnd(5, "0"), 2));
}

/** In GF(32) by x⁵ + x² + 1. */
function times(one: number, other: number): number {
  let product = 0;
  for (let bit = 0; bit < 5; bit++) if ((other >> bit) & 1) product ^= one << bit;
  for (let bit = 8; bit >= 5; bit--) if ((product >> bit) & 1) product ^= 0b100101 << (bit - 5);
  return product;
}

/** Groups of five: four symbols and their check, which is also on the place. */
function grouped(symbols: readonly number[]): string[] {
  const groups: string[] = [];
  for (let place = 0; place * 4 < symbols.length; place++) {
    const data = symbols.slice(place * 4, place * 4 + 4);
    const check = data.reduce((sum, symbol, index) => sum ^ times(symbol, 2 << index), place % 32);
    groups.push([...data, check].map((symbol) => ALPHABET.charAt(symbol)).join(""));
  }
  return groups;
}

function codeOf(kind: keyof typeof KINDS, bytes: Uint8Array): string[] {
  const symbols: number[] = [KINDS[kind], ...symbolsOf(bytes)];
  while (symbols.length % 4 !== 0) symbols.push(0);
  const text = symbols.map((symbol) => ALPHABET.charAt(symbol)).join("");
  const sum = symbolsOf(createHash("sha256").update(text).digest()).slice(0, 4);
  return grouped([...symbols, ...sum]);
}

const bytesOf = (...parts: readonly string[]) =>
  Buffer.concat(parts.map((part) => Buffer.from(part, "base64url")));
const printed = (groups: readonly string[]) => groups.join(" ").replaceAll(/((?:\S+ ){4}\S+) /g, "$1\n");

const REQUEST: CodeRequest = {
  x: device.x,
  fingerprint: Buffer.alloc(12, 7).toString("base64url"),
  salt: Buffer.from([1, 2, 3, 4]).toString("base64url"),
};
const REQUEST_BYTES = bytesOf(REQUEST.x, REQUEST.fingerprint, REQUEST.salt);
const RESPONSE: CodeResponse = {
  signature: Buffer.alloc(64, 9).toString("base64url"),
  id: undefined,
  iat: 1_768_478_400,
  exp: 1_768_478_400 + 1_000 * 60,
  statusIndex: 300,
  features: { a1b2c3: true, d4e5f6: 8, "000001": -3, "000002": "pro" },
  grace: false,
};
/** Minutes and flags, then the life, the index and the features, each number seven bits a byte, the lowest first. */
const HEAD = Buffer.alloc(4);
HEAD.writeUInt32BE((RESPONSE.iat / 60) * 64);
const FEATURES = [4, 0xa1, 0xb2, 0xc3, 4, 0xd4, 0xe5, 0xf6, 65, 0, 0, 1, 21, 0, 0, 2, 14, 0x70, 0x72, 0x6f];
const RESPONSE_BYTES = Buffer.concat([
  bytesOf(RESPONSE.signature),
  HEAD,
  Buffer.from([232, 7, 172, 2, ...FEATURES]),
]);

const request = codeOf("request", REQUEST_BYTES);
const response = codeOf("response", RESPONSE_BYTES);
const another = codeOf("request", bytesOf(REQUEST.x, REQUEST.fingerprint, "BAMCAQ"));
const altered = (groups: readonly string[], change: (groups: string[]) => void): string => {
  const copy = [...groups];
  change(copy);
  return printed(copy);
};
/** Another symbol in a group's first place. */
const mistyped = (group = "") => (group.startsWith("A") ? "B" : "A") + group.slice(1);

/** With the sum of the whole right, so that only the content is wrong. */
const withContent = (kind: keyof typeof KINDS, bytes: Uint8Array) => printed(codeOf(kind, bytes));

export function codes(): { readonly vectors: readonly CodeVector[] } {
  const asked = { accepted: { request: REQUEST } };
  const answered = { accepted: { response: RESPONSE } };
  const wrong = { refused: { code: "code_mistyped" } };
  const good = (id: string, says: string, text: string): CodeVector => ({
    ...{ id: `code-${id}`, says, kind: "request", text },
    ...asked,
  });
  const bad = (id: string, says: string, text: string, groups?: readonly number[]): CodeVector => ({
    ...{ id: `code-${id}`, says, kind: "request", text },
    ...(groups === undefined ? {} : { groups }),
    ...wrong,
  });
  const badAnswer = (id: string, says: string, bytes: Uint8Array): CodeVector => ({
    ...{ id: `code-response-${id}`, says, kind: "response", text: withContent("response", bytes) },
    ...wrong,
  });
  const flags = Buffer.from(HEAD);
  flags[3] = (flags[3] ?? 0) | 4;
  const withTail = (...tail: readonly number[]) =>
    Buffer.concat([RESPONSE_BYTES.subarray(0, 72), Buffer.from(tail)]);
  return {
    vectors: [
      good("request", "A request code as it is printed.", printed(request)),
      good("lower-case", "Case does not count.", printed(request).toLowerCase()),
      good("dashes", "Dashes may stand between groups.", request.join("-")),
      good("unbroken", "Groups may stand together, for each has five characters.", request.join("")),
      good(
        "look-alikes",
        "I and L are read as 1, and O as 0.",
        printed(request).replaceAll("1", "l").replaceAll("0", "O"),
      ),
      {
        ...{ id: "code-response", says: "A response code as it is printed.", kind: "response" },
        text: printed(response),
        ...answered,
      },
      bad(
        "mistyped",
        "One wrong character is told by its group.",
        altered(request, (all) => {
          all[2] = mistyped(all[2]);
        }),
        [3],
      ),
      bad(
        "swapped-characters",
        "Two characters of a group that changed places are told by their group.",
        altered(request, (all) => {
          all[4] = `${all[4]?.[1]}${all[4]?.[0]}${all[4]?.slice(2)}`;
        }),
        [5],
      ),
      bad(
        "swapped-groups",
        "Two groups that changed places are both told.",
        altered(request, (all) => {
          [all[1], all[7]] = [all[7] ?? "", all[1] ?? ""];
        }),
        [2, 8],
      ),
      bad(
        "missing-group",
        "Of a group that was left out it is told where.",
        altered(request, (all) => {
          all.splice(5, 1);
        }),
        [6],
      ),
      bad(
        "doubled-group",
        "Of a group that is there twice it is told which.",
        altered(request, (all) => {
          all.splice(5, 0, all[4] ?? "");
        }),
        [6],
      ),
      bad(
        "short-group",
        "A group of four characters is told.",
        altered(request, (all) => {
          all[3] = all[3]?.slice(1) ?? "";
        }),
        [4],
      ),
      bad(
        "foreign-character",
        "U occurs in no code.",
        altered(request, (all) => {
          all[6] = `U${all[6]?.slice(1)}`;
        }),
        [7],
      ),
      bad(
        "two-mistyped",
        "Two wrong groups are both told.",
        altered(request, (all) => {
          all[2] = mistyped(all[2]);
          all[9] = mistyped(all[9]);
        }),
        [3, 10],
      ),
      bad(
        "of-two-codes",
        "A group of another code fits its place, and not the whole.",
        altered(request, (all) => {
          all[19] = another[19] ?? "";
          all[18] = another[18] ?? "";
        }),
      ),
      bad(
        "end-missing",
        "Without its last group the whole does not fit.",
        altered(request, (all) => {
          all.pop();
        }),
      ),
      bad("response-for-request", "A response code is no request code.", printed(response)),
      bad("empty", "Nothing is no code.", ""),
      bad("one-group", "One group is no code.", request[0] ?? ""),
      bad(
        "too-short",
        "A request says a key, a fingerprint and a salt.",
        withContent("request", REQUEST_BYTES.subarray(0, 40)),
      ),
      bad(
        "too-long",
        "After a request nothing may follow.",
        withContent("request", Buffer.concat([REQUEST_BYTES, Buffer.from([1])])),
      ),
      badAnswer("cut", "It ends within the signature.", RESPONSE_BYTES.subarray(0, 50)),
      badAnswer(
        "features-cut",
        "It ends within the features.",
        RESPONSE_BYTES.subarray(0, RESPONSE_BYTES.length - 6),
      ),
      badAnswer(
        "flags",
        "Flags that are not known belong to a later version.",
        Buffer.concat([bytesOf(RESPONSE.signature), flags, RESPONSE_BYTES.subarray(68)]),
      ),
      badAnswer(
        "value-kind",
        "A kind of value that is not known belongs to a later version.",
        withTail(1, 0xa1, 0xb2, 0xc3, 7),
      ),
      badAnswer(
        "number-too-long",
        "A number has eight bytes at most.",
        Buffer.concat([RESPONSE_BYTES.subarray(0, 68), Buffer.alloc(9, 255), Buffer.from([1, 0])]),
      ),
      badAnswer(
        "tail",
        "After the features nothing may follow.",
        Buffer.concat([RESPONSE_BYTES, Buffer.from([1])]),
      ),
    ],
  };
}
