import { expect, test } from "vitest";
import {
  dueSteps,
  KEY_STATUSES,
  type KeyLife,
  type KeyStatus,
  mayBecome,
  verifiesUntil,
} from "./signing-key.ts";

const DAY_MS = 86_400_000;
const NOW = new Date("2030-06-01T00:00:00Z");
const inDays = (days: number) => new Date(NOW.getTime() + days * DAY_MS);
const RULE = { leadMs: 30 * DAY_MS, remainingMinMs: 400 * DAY_MS, longestTokenMs: 10 * DAY_MS };

function key(kid: string, status: KeyStatus, change: Partial<KeyLife> = {}): KeyLife {
  return { kid, status, announcedAt: null, notAfter: inDays(900), ...change };
}

/** Row: from; columns: to, in the order of KEY_STATUSES. */
const TABLE: Record<KeyStatus, string> = {
  announced: ". active . . compromised",
  active: ". . retired . compromised",
  retired: ". . . destroyed compromised",
  destroyed: ". . . . compromised",
  compromised: ". . . . .",
};

test.each(KEY_STATUSES)("%s leads only where the table says", (from) => {
  const row = KEY_STATUSES.map((to) => (mayBecome(from, to) ? to : "."));
  expect(row.join(" ")).toBe(TABLE[from]);
});

test.each<[string, KeyLife[], object[]]>([
  ["nothing while the active key has long to go", [key("a", "active")], []],
  [
    "a successor once the key has less than it must",
    [key("a", "active", { notAfter: inDays(399) })],
    [{ step: "announce" }],
  ],
  ["nothing to the minute before", [key("a", "active", { notAfter: inDays(400) })], []],
  [
    "nothing more while a successor is announced",
    [key("a", "active", { notAfter: inDays(1) }), key("b", "announced", { announcedAt: inDays(-29) })],
    [],
  ],
  [
    "the successor to sign once it was listed long enough",
    [key("a", "active"), key("b", "announced", { announcedAt: inDays(-30) })],
    [{ step: "activate", kid: "b" }],
  ],
  ["nothing of one that no bundle lists yet", [key("a", "active"), key("b", "announced")], []],
  [
    "a retired key destroyed when its last token has expired",
    [
      key("a", "retired", { notAfter: NOW }),
      key("b", "retired", { notAfter: inDays(1) }),
      key("c", "active"),
    ],
    [{ step: "destroy", kid: "a" }],
  ],
  [
    "nothing of destroyed and compromised keys",
    [
      key("a", "destroyed", { notAfter: NOW }),
      key("b", "compromised", { notAfter: NOW }),
      key("c", "active"),
    ],
    [],
  ],
])("time asks for %s", (_what, keys, steps) => {
  expect(dueSteps(keys, RULE, NOW)).toEqual(steps);
});

test("a retired key is listed until the longest token it can have signed expires, never past its own end", () => {
  expect(verifiesUntil(key("a", "active"), RULE, NOW)).toEqual(inDays(10));
  expect(verifiesUntil(key("a", "active", { notAfter: inDays(3) }), RULE, NOW)).toEqual(inDays(3));
  expect(verifiesUntil(key("a", "active"), { ...RULE, longestTokenMs: null }, NOW)).toEqual(inDays(900));
});
