import { invalidArgument } from "./errors.ts";

const METER = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const ID = /^(?!\.{1,2}$)[^\p{Cc}\p{Cs}]{1,128}$/u;

/** A whole number from 1 on. */
export function isAmount(amount: unknown): amount is number {
  return Number.isSafeInteger(amount) && Number(amount) >= 1;
}

/** What the server would refuse is refused before anything is kept on disk for it. */
export function assertCredits(meter: unknown, amount: unknown, id: unknown): void {
  if (typeof meter !== "string" || !METER.test(meter))
    throw invalidArgument("`meter` must be a meter's code.");
  if (!isAmount(amount))
    throw invalidArgument("`amount` must be a whole number from 1 on, in the meter's unit.");
  if (id !== undefined && (typeof id !== "string" || !ID.test(id) || id.length > 128))
    throw invalidArgument("`id` must be 1 to 128 characters, none of them a control character.");
}
