import { expect, test } from "vitest";
import { deactivateEffects } from "./deactivate-effects.ts";

test("says in numbers what deactivating does: places, seats, and how long a silent device works on", () => {
  expect(
    deactivateEffects({
      ...{ devices: 3, devicesMax: 5, seats: 5, borrowed: 3, worksOnSeconds: 86_400, offline: true },
      borrowedUntil: new Date("2026-12-04T12:00:00"),
    }),
  ).toEqual([
    "Frees one place: 2 of 5 devices in use afterwards.",
    "Frees 2 seats that it holds, for anybody else.",
    "3 borrowed seats come back by 4 Dec 2026, 12:00: until then they can be used without a server, and count as in use.",
    "The application on it is refused at its next request; if it reaches no server, it works on for 1 day at most.",
    "If it was activated by file, it works on until that file's time ends.",
  ]);
  const none = { seats: 0, borrowed: 0, borrowedUntil: null };
  const last = { devices: 1, devicesMax: null, ...none, worksOnSeconds: 3_600, offline: false };
  expect(deactivateEffects(last)).toHaveLength(2);
  expect(deactivateEffects(last)[0]).toBe("Leaves no devices in use.");
});
