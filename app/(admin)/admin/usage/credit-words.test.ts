import { expect, test } from "vitest";
import type { LedgerLine } from "./account.ts";
import { balanceWords, ledgerCsv, refundable, signed, takableOf } from "./credit-words.ts";

const meter = { code: "minutes", name: "Minutes", unit: "render-minutes" };
const line: LedgerLine = {
  entry: 7,
  kind: "debit",
  change: -40,
  reserved: 0,
  balance: 60,
  reason: '=cmd, "quoted"',
  correlationId: "cor_1",
  occurredAt: null,
  recordedAt: new Date("2030-01-01T00:00:00Z"),
  of: { kind: "event", id: "e1" },
  charged: 40,
  refunded: 0,
};

test("a change says what the balance was and becomes, and how far it may fall", () => {
  expect(balanceWords({ balance: 1_200, meter }, -300)).toBe("Balance: 1,200 → 900 render-minutes.");
  expect([signed(40), signed(-40)]).toEqual(["+40", "−40"]);
  expect(takableOf({ balance: 60, overdraft: 10 })).toBe(70);
  expect(takableOf({ balance: -20, overdraft: 10 })).toBe(0);
});

test("only a charge that was not given back yet can be refunded", () => {
  expect(refundable(line)).toBe(40);
  expect(refundable({ ...line, refunded: 1 })).toBe(0);
  expect(refundable({ ...line, charged: null, refunded: null })).toBe(0);
});

test("a spreadsheet gets every line whole, and no formula", () => {
  expect(ledgerCsv([line]).split("\r\n")[1]).toBe(
    `7,2030-01-01T00:00:00.000Z,debit,-40,60,event,e1,"'=cmd, ""quoted""",cor_1,`,
  );
});
