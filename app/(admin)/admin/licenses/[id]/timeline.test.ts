import { expect, test } from "vitest";
import { timeline } from "./timeline.ts";

const at = (minute: number) => new Date(Date.UTC(2030, 0, 1, 12, minute));
const decision = (minute: number, change: object = {}) => ({
  id: `evt_${minute}`,
  at: at(minute),
  operation: "refresh",
  outcome: "granted" as const,
  code: null,
  sentence: null,
  facts: {},
  activationId: "act_1",
  correlationId: "cor_1",
  ...change,
});
const change = (minute: number, action: string, after: unknown = null) => ({
  seq: minute,
  at: at(minute),
  action,
  actor: { name: "Olive" },
  after,
  correlationId: "cor_2",
});
const DEVICES = new Map([["act_1", "Laptop"]]);

const told = (entries: ReturnType<typeof timeline>) =>
  entries.map(({ title, details, times }) => [title, ...details, times].join(" | "));

test("decisions and changes are one story, newest first", () => {
  const denied = { operation: "activate", outcome: "denied" as const, code: "activation_limit_reached" };
  const events = [
    decision(1, { operation: "activate", facts: { knownDevice: false } }),
    decision(5, { ...denied, activationId: null }),
    decision(7, { operation: "transition", facts: { from: "active", to: "grace" }, activationId: null }),
  ];
  const history = [change(0, "license.issued"), change(6, "license.suspended", { reason: "unpaid" })];
  expect(told(timeline(events, history, DEVICES))).toEqual([
    "Grace period began | 1",
    "Suspended | by Olive | “unpaid” | 1",
    "Activation refused | Device limit reached | 1",
    "Device activated | Laptop | 1",
    "Issued | by Olive | 1",
  ]);
});

test("the same thing in a row is told once, with how often and when last", () => {
  const [entry, ...rest] = timeline([decision(1), decision(2), decision(3)], [], DEVICES);
  expect(rest).toEqual([]);
  expect(entry).toMatchObject({ title: "Token refreshed", times: 3, at: at(3) });
  expect(timeline([decision(1), decision(3)], [change(2, "license.noted")], DEVICES)).toHaveLength(3);
  expect(timeline([decision(1), decision(2, { activationId: "act_2" })], [], DEVICES)).toHaveLength(2);
});

test("a renewal says until when", () => {
  const renewed = change(1, "license.renewed", { expiresAt: "2031-05-01T12:00:00.000Z" });
  expect(timeline([], [renewed], DEVICES)[0]?.details).toEqual(["until 1 May 2031", "by Olive"]);
});

test("a move says between which versions, and changed terms say which", () => {
  const moved = { ...change(1, "license.moved", { policyVersion: 2 }), before: { policyVersion: 1 } };
  const overridden = {
    ...change(2, "license.overridden", { overrides: { seats: 3, activationsMax: 5 } }),
    before: { overrides: { seats: 3 } },
  };
  expect(told(timeline([], [moved, overridden], DEVICES))).toEqual([
    "Terms changed | Devices | by Olive | 1",
    "Moved to another policy version | version 1 → 2 | by Olive | 1",
  ]);
});

test("a transfer says from whom to whom, and how many devices were deactivated", () => {
  const after = { customer: { name: "Tailspin" }, devicesDeactivated: 2, reason: "sold" };
  const transferred = {
    ...change(1, "license.transferred", after),
    before: { customer: { name: "Northwind" } },
  };
  expect(told(timeline([], [transferred], DEVICES))).toEqual([
    "Transferred | Northwind → Tailspin · 2 devices deactivated | by Olive | “sold” | 1",
  ]);
});

test("what Signet did by itself says so", () => {
  const [entry] = timeline([], [{ ...change(1, "license.issued"), actor: null }], DEVICES);
  expect(entry?.details).toEqual(["by Signet"]);
});
