import { expect, test } from "vitest";
import { LICENSE_STATUSES } from "#server/domain/license-state.ts";
import { stateSentence } from "./state-sentence.ts";

const MOMENTS = {
  validFrom: new Date("2030-01-01T12:00:00Z"),
  expiresAt: new Date("2031-01-01T12:00:00Z"),
  graceUntil: new Date("2031-01-15T12:00:00Z"),
};

test("every state is a sentence, and one that does not work names whom to ask", () => {
  const said = Object.fromEntries(
    LICENSE_STATUSES.map((status) => [status, stateSentence({ status, ...MOMENTS }, "Acme")]),
  );
  expect(said).toMatchObject({
    active: "It works, until 1 Jan 2031.",
    grace: "It has ended but still works until 15 Jan 2031; ask Acme to renew it.",
    expired: "It ended on 1 Jan 2031; ask Acme to renew it.",
  });
  for (const status of ["suspended", "revoked"]) expect(said[status]).toContain("ask Acme");
});

test("a license without an end or a beginning is not given one", () => {
  const never = { validFrom: null, expiresAt: null, graceUntil: null };
  expect(stateSentence({ status: "active", ...never }, "Acme")).toBe("It works, and does not end.");
  expect(stateSentence({ status: "pending", ...never }, "Acme")).toContain("when you activate");
});
