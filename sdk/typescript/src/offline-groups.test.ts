import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readGroups, writeGroups } from "./offline-groups.ts";
import { ALPHABET } from "./offline-symbols.ts";

const bytes = fc.uint8Array({ minLength: 1, maxLength: 200 });
const CODE = await writeGroups(
  "request",
  Uint8Array.from({ length: 48 }, (_, index) => index * 7),
);
const groups = () => CODE.split(/\s/);
const sentenceOf = async (text: string) => {
  const read = await readGroups("request", text);
  return read.ok ? "" : read.sentence;
};

describe("a code", () => {
  test("is read as it was written, however it is typed", async () => {
    await fc.assert(
      fc.asyncProperty(bytes, fc.constantFrom("\n", " ", "-", " – ", ""), async (content, between) => {
        const code = await writeGroups("response", content);
        const typed = code.replaceAll(/\s/g, between).toLowerCase().replaceAll("0", "o").replaceAll("1", "l");
        const read = await readGroups("response", typed);
        expect(read.ok && [...read.bytes.slice(0, content.length)]).toEqual([...content]);
        expect(read.ok && read.bytes.slice(content.length).every((byte) => byte === 0)).toBe(true);
      }),
    );
  });

  test("is lines of five groups of five, none of them with I, L, O or U", () => {
    const lines = CODE.split("\n");
    expect(lines.length).toBe(5);
    expect(CODE).toMatch(/^([0-9A-HJKMNP-TV-Z]{5}[ \n]?)+$/);
    expect(groups().length).toBe(21);
  });

  test("names the group of any one wrong character, and of any two that were swapped within one", async () => {
    const anywhere = [
      fc.nat(groups().length - 1),
      fc.nat(4),
      fc.nat(4),
      fc.constantFrom(...ALPHABET),
    ] as const;
    await fc.assert(
      fc.asyncProperty(...anywhere, async (group, at, other, symbol) => {
        const typed = groups();
        const right = typed[group] ?? "";
        const wrong = right.slice(0, at) + symbol + right.slice(at + 1);
        const letters = [...right];
        [letters[at], letters[other]] = [letters[other] ?? "", letters[at] ?? ""];
        for (const changed of [wrong, letters.join("")]) {
          typed[group] = changed;
          const sentence = await sentenceOf(typed.join(" "));
          if (changed === right) expect(sentence).toBe("");
          else expect(sentence).toMatch(new RegExp(`[Gg]roup ${group + 1}\\b`));
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ["two are swapped", [0, 1, 2, 3, 5, 4, 6], "Groups 5 and 6 are swapped."],
    ["far ones are swapped", [0, 1, 18, 3], "Groups 3 and 19 are swapped."],
    ["one is left out", [0, 1, 2, 3, 5, 6], "A group is missing before group 5; compare it."],
    ["one is there twice", [0, 1, 2, 2, 3], "Group 4 is there twice; leave one out."],
  ] as const)("where %s, says so", async (_what, begin, sentence) => {
    const right = groups();
    const typed = begin.map((index) => right[index] ?? "");
    const last = begin.at(-1) ?? 0;
    const rest = right.slice(last + 1);
    if (begin[2] === 18) rest[18 - last - 1] = right[2] ?? "";
    expect(await sentenceOf([...typed, ...rest].join(" "))).toBe(sentence);
  });

  test("says which groups are wrong, which has too few characters, and which one that never occurs", async () => {
    const typed = groups();
    const change = (...edits: [number, (group: string) => string][]) =>
      sentenceOf(
        typed.map((group, index) => edits.find(([at]) => at === index)?.[1](group) ?? group).join(" "),
      );
    const other = (group: string) => (group.startsWith("7") ? "8" : "7") + group.slice(1);
    expect(await change([2, other], [9, other])).toBe("Groups 3, 10 are mistyped; compare them.");
    expect(await change([2, other])).toBe("Group 3 is mistyped; compare it.");
    expect(await change([6, (group) => group.slice(1)])).toMatch("Group 7 has 4 characters");
    expect(await change([6, () => "UUUUU"])).toMatch("Group 7 has a character that never occurs");
    expect(await sentenceOf(typed.slice(0, -1).join(" "))).toMatch("not right as a whole");
    expect(await sentenceOf("")).toMatch("no code");
    const read = await readGroups("response", CODE);
    expect(read).toEqual({ ok: false, sentence: expect.stringContaining("not a response code") });
  });

  test("no text makes reading it throw", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme", maxLength: 300 }), async (text) => {
        expect((await readGroups("request", text)).ok).toBe(false);
      }),
    );
  });
});
