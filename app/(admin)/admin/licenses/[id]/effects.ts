import { durationText } from "../../../../_components/duration.ts";
import { countOf, formatNumber } from "../../../../_components/format.ts";
import { borrowedEffects, endingSeats } from "../../../../_seats/seat-words.ts";
import type { License } from "./license.ts";

/** The seats a device, or all of a license, holds. */
interface Held {
  readonly seats: number;
  /** Those of them that can be used without a server. */
  readonly borrowed: number;
  readonly borrowedUntil: Date | null;
}

/** What hangs on a license at the moment. */
export interface Impact extends Held {
  readonly devices: number;
}

export function deactivateEffects(
  { activationCount, activationsMax }: Pick<License, "activationCount" | "activationsMax">,
  { seats, borrowed, borrowedUntil }: Held,
): string[] {
  const left = activationCount - 1;
  const freed = seats - borrowed;
  return [
    activationsMax === null
      ? `Leaves ${countOf(left, "device")} in use.`
      : `Frees 1 slot: ${formatNumber(left)} of ${countOf(activationsMax, "device")} in use afterwards.`,
    ...(freed === 0 ? [] : [`Frees ${countOf(freed, "seat")} that it holds.`]),
    ...borrowedEffects(borrowed, borrowedUntil),
    ...(borrowed === 0
      ? []
      : ["Under live seats each can be released sooner, beside which it may be in use still."]),
    "The device is refused at its next request to the server.",
  ];
}

/** And what else another customer would get. */
export interface TransferImpact extends Impact {
  /** Meters it has a balance on. */
  readonly meters: number;
  /** Of the customer it belongs to. */
  readonly people: number;
}

type Subject = Pick<License, "status"> & {
  effective: { activationTokenTtlSeconds: number; leaseTtlSeconds: number };
};

export function suspendEffects({ effective }: Subject, impact: Impact): string[] {
  const { devices } = impact;
  return [
    devices === 0
      ? "Stops the key; no device is using it."
      : `Stops ${countOf(devices, "device")}: ${devices === 1 ? "it is" : "each is"} refused at its next request.`,
    ...seatLines(effective, impact),
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

export function revokeEffects({ effective }: Subject, impact: Impact): string[] {
  const { devices } = impact;
  return [
    devices === 0
      ? "Revokes this license for good; no device is using it."
      : `Revokes this license and shuts out ${countOf(devices, "device")}, for good.`,
    ...seatLines(effective, impact),
    ...(devices > 0 ? [offlineUntil(effective)] : []),
    "The next trust bundle names it, so that devices learn of it also without asking about this license.",
  ];
}

export function transferEffects(
  { effective, customer }: Subject & { customer: { name: string } },
  { devices, seats, borrowed, borrowedUntil, meters, people }: TransferImpact,
  {
    deactivates,
    receiver,
  }: { deactivates: boolean; receiver?: { name: string; people: number } | undefined },
): string[] {
  const seatsToo = seats === 0 ? "" : ` and ${countOf(seats, "seat")} in use`;
  const goOn = `${capital(countOf(devices, "device"))}${seatsToo}`;
  return [
    people === 0
      ? `Nobody of ${customer.name} can see it in the portal as it is.`
      : `${capital(countOf(people, "person", "people"))} of ${customer.name} can no longer see it.`,
    ...(receiver === undefined ? [] : [seenBy(receiver)]),
    ...(devices === 0 ? ["No device is using it."] : []),
    ...(devices > 0 && !deactivates
      ? [`${goOn} ${devices + seats === 1 ? "goes" : "go"} on without noticing.`]
      : []),
    ...(devices > 0 && deactivates
      ? [
          `Deactivates ${countOf(devices, "device")}${seats === borrowed ? "" : " and frees the seats held there"}: ${devices === 1 ? "it is" : "each is"} refused at its next request.`,
          ...borrowedEffects(borrowed, borrowedUntil),
          offlineUntil(effective),
        ]
      : []),
    meters === 0
      ? "Its key, its end and its terms stay what they are."
      : `Its key, its end and its terms stay what they are, and ${meters === 1 ? "its balance goes" : `its ${countOf(meters, "balance")} go`} with it.`,
  ];
}

function seenBy({ name, people }: { name: string; people: number }): string {
  return people === 0
    ? `${name} has nobody yet who signs in; invite somebody on its page.`
    : `${capital(countOf(people, "person", "people"))} of ${name} ${people === 1 ? "sees" : "see"} it from then on.`;
}

/** A stopped license takes no seat back: each is renewed no more. */
function seatLines(
  { leaseTtlSeconds }: Subject["effective"],
  { seats, borrowed, borrowedUntil }: Held,
): string[] {
  return [
    ...endingSeats(seats - borrowed, durationText(leaseTtlSeconds)),
    ...borrowedEffects(borrowed, borrowedUntil),
  ];
}

function offlineUntil({ activationTokenTtlSeconds }: Subject["effective"]): string {
  return `A device that stays offline works on until its token ends, ${durationText(activationTokenTtlSeconds)} at most.`;
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
