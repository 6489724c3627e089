import type { BulkAction } from "#server/domain/bulk-change.ts";
import { durationText } from "../../../_components/duration.ts";
import { countOf, formatNumber } from "../../../_components/format.ts";
import { endingSeats } from "../../../_seats/seat-words.ts";

/** What the preview of a change tells. */
export interface BulkPreview {
  readonly total: number;
  readonly applies: number;
  readonly devices: number;
  readonly seats: { readonly held: number; readonly borrowed: number; readonly until: Date | null };
  readonly offlineSecondsMax: number;
  readonly revived: number;
  readonly overFull: number;
}

export const ACTION_WORDS: Readonly<
  Record<
    BulkAction,
    { readonly menu: string; readonly verb: string; readonly done: string; readonly doing: string }
  >
> = {
  suspend: { menu: "Suspend …", verb: "Suspend", done: "suspended", doing: "Suspending" },
  reinstate: { menu: "Reinstate …", verb: "Reinstate", done: "reinstated", doing: "Reinstating" },
  renew: { menu: "Extend …", verb: "Extend", done: "extended", doing: "Extending" },
  move: {
    menu: "Move to the newest policy version …",
    verb: "Move",
    done: "moved to the newest version of their policy",
    doing: "Moving",
  },
  revoke: { menu: "Revoke for good …", verb: "Revoke", done: "revoked for good", doing: "Revoking" },
};

/** What it will do, in numbers, a line each. */
export function bulkEffects(action: BulkAction, preview: BulkPreview, now: Date): string[] {
  const { applies, devices, overFull, revived } = preview;
  const licenses = countOf(applies, "license");
  switch (action) {
    case "suspend":
    case "revoke":
      return [
        `${ACTION_WORDS[action].verb}s ${licenses}${action === "revoke" ? ", for good" : ""}; ${devices === 0 ? "no device is using them" : `${countOf(devices, "device")} ${devices === 1 ? "is" : "are"} refused at the next request`}.`,
        ...seatLines(preview, now),
        ...(preview.offlineSecondsMax === 0
          ? []
          : [
              `A device that stays offline works on until its token ends, ${durationText(preview.offlineSecondsMax)} at most.`,
            ]),
        action === "suspend"
          ? "You can reinstate them at any time; their time runs on."
          : "The next trust bundle names them, and nothing brings them back.",
      ];
    case "reinstate":
      return [
        `Reinstates ${licenses}; ${formatNumber(revived)} of them can be used again.`,
        "Their ends stay what they were.",
      ];
    case "renew":
      return [
        `Moves the end of ${licenses}, counted from each one’s end, or from now where that has passed.`,
        ...(revived === 0 ? [] : [`${formatNumber(revived)} that had ended can be used again.`]),
      ];
    case "move":
      return [
        `Moves ${licenses} to the newest version of their policy; their ends and their own terms stay.`,
        ...(overFull === 0
          ? []
          : [
              `${formatNumber(overFull)} of them ${overFull === 1 ? "has" : "have"} more devices than it allows; those stay, and no further ones join.`,
            ]),
      ];
  }
}

function seatLines({ seats: { held, borrowed, until } }: BulkPreview, now: Date): string[] {
  const floating = held - borrowed;
  const lines: string[] = [];
  if (until !== null) {
    const minutes = Math.max(1, Math.ceil((until.getTime() - now.getTime()) / 60_000));
    lines.push(...endingSeats(floating, countOf(minutes, "minute")));
  }
  if (borrowed > 0)
    lines.push(
      `${formatNumber(borrowed)} borrowed ${borrowed === 1 ? "seat goes" : "seats go"} on offline until they are due.`,
    );
  return lines;
}
