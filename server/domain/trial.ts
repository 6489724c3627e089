import { SignetError } from "./errors.ts";

export const TRIAL_LICENSES = 100;
export const TRIAL_DAYS = 30;
const DAY_MS = 86_400_000;
/** From when on it is worth a colour. */
const NEAR_SHARE = 0.8;
const NEAR_DAYS = 7;

/** What a trial may issue, and what it has. */
export interface Trial {
  readonly licensesMax: number;
  /** The scenario lab's own not counted. */
  readonly issued: number;
  readonly endsAt: Date;
}

/** Those of whoever signs up by themselves at this moment. */
export function trialLimits(now: Date): { readonly trialLicenses: number; readonly trialEndsAt: Date } {
  return { trialLicenses: TRIAL_LICENSES, trialEndsAt: new Date(now.getTime() + TRIAL_DAYS * DAY_MS) };
}

/** How many licenses can still be issued. */
export function trialRoom({ licensesMax, issued, endsAt }: Trial, now: Date): number {
  return now < endsAt ? Math.max(0, licensesMax - issued) : 0;
}

/** How a trial stands, for people. */
export function trialStanding(trial: Trial, now: Date) {
  const { licensesMax, issued, endsAt } = trial;
  const daysLeft = Math.max(0, Math.ceil((endsAt.getTime() - now.getTime()) / DAY_MS));
  const near = daysLeft <= NEAR_DAYS || issued >= licensesMax * NEAR_SHARE;
  return {
    licensesMax,
    issued,
    daysLeft,
    state: trialRoom(trial, now) === 0 ? "over" : near ? "near" : "good",
  } as const;
}

/** Why a trial cannot issue so many more, and what lifts it; null where it can. */
export function beyondTrial(trial: Trial | undefined, now: Date, count: number): string | null {
  if (trial === undefined) return null;
  const room = trialRoom(trial, now);
  if (count <= room) return null;
  const { licensesMax, issued, endsAt } = trial;
  const lift = "An owner or admin lifts the limits in the portal, under “Go to production”.";
  if (now >= endsAt) {
    const day = endsAt.toISOString().slice(0, 10);
    return `The trial ended on ${day}, so nothing new is issued; what was issued goes on working. ${lift}`;
  }
  return `A trial issues at most ${licensesMax} licenses: ${issued} ${issued === 1 ? "is" : "are"} issued, so ${room} more ${room === 1 ? "fits" : "fit"}, and ${count} ${count === 1 ? "was" : "were"} asked for. ${lift}`;
}

/** Throws `forbidden` where a trial cannot issue so many more. */
export function refuseBeyondTrial(trial: Trial | undefined, now: Date, count: number): void {
  const refusal = beyondTrial(trial, now, count);
  if (refusal !== null) throw new SignetError("forbidden", refusal);
}
