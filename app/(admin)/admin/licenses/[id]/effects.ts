import { countOf } from "../../../../_components/format.ts";
import { durationText } from "../../policies/_rules/duration.ts";
import type { License } from "./license.ts";

/** What hangs on a license at the moment. */
export interface Impact {
  readonly devices: number;
  readonly seats: number;
}

type Subject = Pick<License, "status"> & { effective: { activationTokenTtlSeconds: number } };

export function suspendEffects({ effective }: Subject, { devices, seats }: Impact): string[] {
  return [
    devices === 0
      ? "Stops the key; no device is using it."
      : `Stops ${countOf(devices, "device")}: ${devices === 1 ? "it is" : "each is"} refused at its next request.`,
    ...(seats > 0 ? [`${capital(countOf(seats, "seat"))} in use ${seats === 1 ? "is" : "are"} lost.`] : []),
    ...(devices > 0 ? [offlineUntil(effective)] : []),
    "Nobody can activate it in the meantime, and its time runs on.",
  ];
}

export function reinstateEffects(_: Subject, { devices }: Impact): string[] {
  return [
    devices === 0
      ? "The key can be activated again."
      : `${capital(countOf(devices, "device"))} ${devices === 1 ? "works" : "work"} again at the next request.`,
    "Its end stays what it was.",
  ];
}

export function revokeEffects({ effective }: Subject, { devices, seats }: Impact): string[] {
  return [
    devices === 0
      ? "Revokes this license for good; no device is using it."
      : `Revokes this license and shuts out ${countOf(devices, "device")}, for good.`,
    ...(seats > 0 ? [`Frees ${countOf(seats, "seat")} in use.`] : []),
    ...(devices > 0 ? [offlineUntil(effective)] : []),
    "The next trust bundle names it, so that devices learn of it also without asking about this license.",
  ];
}

function offlineUntil({ activationTokenTtlSeconds }: Subject["effective"]): string {
  return `A device that stays offline works on until its token ends, ${durationText(activationTokenTtlSeconds)} at most.`;
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
