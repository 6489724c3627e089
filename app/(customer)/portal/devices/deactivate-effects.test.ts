import { expect, test } from "vitest";
import { deactivateEffects } from "./deactivate-effects.ts";

test("says in numbers what deactivating does: places, seats, and how long a silent device works on", () => {
  expect(
    deactivateEffects({ devices: 3, devicesMax: 5, seats: 2, worksOnSeconds: 86_400, offline: true }),
  ).toEqual([
    "Frees one place: 2 of 5 devices in use afterwards.",
    "Frees 2 seats that it holds, for anybody else.",
    "The application on it is refused at its next request; if it reaches no server, it works on for 1 day at most.",
    "If it was activated by file, it works on until that file's time ends.",
  ]);
  const last = { devices: 1, devicesMax: null, seats: 0, worksOnSeconds: 3_600, offline: false };
  expect(deactivateEffects(last)).toHaveLength(2);
  expect(deactivateEffects(last)[0]).toBe("Leaves no devices in use.");
});
