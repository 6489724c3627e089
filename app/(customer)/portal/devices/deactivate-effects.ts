import { durationText } from "../../../_components/duration.ts";
import { countOf, formatNumber } from "../../../_components/format.ts";
import { borrowedEffects } from "../../../_seats/seat-words.ts";

interface Impact {
  readonly devices: number;
  readonly devicesMax: number | null;
  readonly seats: number;
  readonly borrowed: number;
  readonly borrowedUntil: Date | null;
  readonly worksOnSeconds: number;
  /** Whether devices may be activated by file. */
  readonly offline: boolean;
}

/** What deactivating a device does, in words and numbers. */
export function deactivateEffects(impact: Impact): string[] {
  const { devices, devicesMax, seats, borrowed, worksOnSeconds, offline } = impact;
  const left = devices - 1;
  const freed = seats - borrowed;
  return [
    devicesMax === null
      ? `Leaves ${countOf(left, "device")} in use.`
      : `Frees one place: ${formatNumber(left)} of ${countOf(devicesMax, "device")} in use afterwards.`,
    ...(freed === 0 ? [] : [`Frees ${countOf(freed, "seat")} that it holds, for anybody else.`]),
    ...borrowedEffects(borrowed, impact.borrowedUntil),
    `The application on it is refused at its next request; if it reaches no server, it works on for ${durationText(worksOnSeconds)} at most.`,
    ...(offline ? ["If it was activated by file, it works on until that file's time ends."] : []),
  ];
}
