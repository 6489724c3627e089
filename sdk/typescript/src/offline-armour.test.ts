import fc from "fast-check";
import { expect, test } from "vitest";
import { OFFLINE_FILES, type OfflineFileKind, readArmour, writeArmour } from "./offline-armour.ts";

const KINDS: readonly OfflineFileKind[] = ["request", "response", "deactivation", "journal", "snapshot"];
const kinds = fc.constantFrom(...KINDS);
const base64url = fc.stringMatching(/^[A-Za-z0-9_-]{1,200}$/);
const jwss = fc.tuple(base64url, base64url, base64url).map((parts) => `${parts.join(".")}A`);
const JWS = `${"a".repeat(90)}.${"b".repeat(90)}.${"c".repeat(85)}A`;
const FILE = writeArmour("request", JWS);

const defectOf = (text: string, kind: OfflineFileKind = "request") => {
  const read = readArmour(kind, text);
  return read.ok ? "none" : read.defect;
};

test("what was written is read again, of every kind, in lines that mail lets pass", () => {
  fc.assert(
    fc.property(kinds, jwss, (kind, jws) => {
      const text = writeArmour(kind, jws);
      expect(readArmour(kind, text)).toEqual({ ok: true, jws });
      expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(76);
    }),
  );
});

/** What mail, chat and clipboards do to a text. */
const HARMLESS: Readonly<Record<string, (text: string) => string>> = {
  nothing: (text) => text,
  "line ends of Windows": (text) => text.replaceAll("\n", "\r\n"),
  "no last line end": (text) => text.trimEnd(),
  "no line ends": (text) => text.replaceAll("\n", " "),
  quoting: (text) => text.replaceAll(/^/gm, "> "),
  "quoting twice": (text) => text.replaceAll(/^/gm, ">> "),
  "spaces around lines": (text) => text.replaceAll("\n", "  \n\t "),
  "empty lines": (text) => text.replaceAll("\n", "\n\n"),
  "other line lengths": (text) => text.replaceAll(/([a-z]{31})/g, "$1\n"),
  "no-break spaces and a byte order mark": (text) => `\uFEFF${text.replaceAll("\n", "\u00A0\n")}`,
  "characters without width": (text) => text.replaceAll("b", "b\u200B"),
  "dashes for hyphens": (text) => text.replaceAll("-----", "\u2014\u2014-"),
  "text around it": (text) => `Dear support,\nhere it is -- thanks.\n\n${text}\n-- \nAda\n`,
  "the same file twice": (text) => `${text}\nOn Monday Ada wrote:\n${text.replaceAll(/^/gm, "> ")}`,
  "a file of another kind beside it": (text) => writeArmour("snapshot", "x.y.z") + text,
};

test.each(Object.keys(HARMLESS))("%s does no harm", (change) => {
  expect(readArmour("request", HARMLESS[change]?.(FILE) ?? "")).toEqual({ ok: true, jws: JWS });
});

test("any of that, one upon the other, does no harm either", () => {
  const changes = fc.array(fc.constantFrom(...Object.values(HARMLESS)), { maxLength: 4 });
  // Hyphens that are the token's own are not to be turned into dashes.
  const plain = jwss.filter((jws) => !jws.includes("-----"));
  fc.assert(
    fc.property(plain, changes, (jws, several) => {
      const text = several.reduce((before, change) => change(before), writeArmour("request", jws));
      expect(readArmour("request", text)).toEqual({ ok: true, jws });
    }),
  );
});

test.each([
  ["an empty text", "", "missing_begin", "send the whole file"],
  ["a bare token", JWS, "missing_begin", "send the whole file"],
  ["no first line", FILE.slice(FILE.indexOf("\n")), "missing_begin", "send the whole file"],
  ["no last line", FILE.slice(0, FILE.indexOf("-----END")), "missing_end", "is cut off"],
  [
    "another file's last line",
    FILE.replace("END SIGNET ACTIVATION REQUEST", "END SIGNET USAGE JOURNAL"),
    "missing_end",
    "is cut off",
  ],
  [
    "another file",
    writeArmour("journal", JWS),
    "other_kind",
    "This is a usage journal, where an activation request",
  ],
  ["two files", FILE + writeArmour("request", "x.y.z"), "several", "more than one"],
  ["nothing inside", writeArmour("request", ""), "empty", "nothing between"],
  ["a character that does not belong", FILE.replace("bbb", "b=b"), "characters", '"="'],
  ["a part missing", writeArmour("request", "aaa.bbb"), "parts", "three parts"],
  ["a part too many", writeArmour("request", "a.b.c.d"), "parts", "three parts"],
  ["more than any file is", FILE + "x".repeat(256 * 1024), "too_long", "256 KiB"],
])("%s is named as what it is, with what to do", (_what, text, defect, words) => {
  expect(readArmour("request", text)).toEqual({
    ok: false,
    defect,
    sentence: expect.stringContaining(words),
  });
});

test("no text makes it throw, and what it takes holds a compact JWS and nothing else", () => {
  const pieces = fc.constantFrom(
    FILE,
    "-----",
    "BEGIN SIGNET ",
    "END SIGNET ",
    ...Object.values(OFFLINE_FILES),
    "-----\n",
    "a.b.c",
    "> ",
    "\r",
  );
  const texts = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(fc.oneof(pieces, fc.string()), { maxLength: 12 }).map((all) => all.join("")),
  );
  fc.assert(
    fc.property(kinds, texts, (kind, text) => {
      const read = readArmour(kind, text);
      if (read.ok) expect(read.jws).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
      else expect(read.sentence).toMatch(/^\p{Lu}.+\.$/u);
    }),
    { numRuns: 1_000 },
  );
});

test.each(["-", " ", "> ", "BEGIN SIGNET ", "-----BEGIN SIGNET ACTIVATION REQUEST-----", "a.", "\n"])(
  "a text full of %j is refused without going through it again and again",
  (piece) => {
    // Were its cost to grow with the square of its length, this would take minutes and fail by the test's own time limit.
    const text = piece.repeat(Math.floor((256 * 1024) / piece.length));
    expect(defectOf(text)).not.toBe("none");
  },
);
