export const KEY_STATUSES = ["announced", "active", "retired", "destroyed", "compromised"] as const;
export type KeyStatus = (typeof KEY_STATUSES)[number];

/** Whatever becomes of a key, it may turn out that others have it; from there nothing leads back. */
const NEXT: Readonly<Record<KeyStatus, readonly KeyStatus[]>> = {
  announced: ["active", "compromised"],
  active: ["retired", "compromised"],
  retired: ["destroyed", "compromised"],
  destroyed: ["compromised"],
  compromised: [],
};

export function mayBecome(from: KeyStatus, to: KeyStatus): boolean {
  return NEXT[from].includes(to);
}

/** What becomes of one key. */
export interface KeyChange {
  readonly kid: string;
  readonly to: Exclude<KeyStatus, "announced">;
}

/** What of a key its lifecycle turns on. */
export interface KeyLife {
  readonly kid: string;
  readonly status: KeyStatus;
  /** When a trust bundle first listed it; null: none has. */
  readonly announcedAt: Date | null;
  /** After this no token it signed is valid any more. */
  readonly notAfter: Date;
}

export interface RotationRule {
  /** A new key must have been listed for this long before it signs, so that every bundle still in force lists it. */
  readonly leadMs: number;
  /** A successor is announced when a key has less than this left. */
  readonly remainingMinMs: number;
  /** No token of this use lives longer; null: it may live as long as its key. */
  readonly longestTokenMs: number | null;
}

export type KeyStep =
  | { readonly step: "announce" }
  | { readonly step: "activate"; readonly kid: string }
  | { readonly step: "destroy"; readonly kid: string };

/** What time has made due for the keys of one use. Taking the steps leaves none due at the same moment. */
export function dueSteps(keys: readonly KeyLife[], rule: RotationRule, now: Date): KeyStep[] {
  const steps: KeyStep[] = keys
    .filter((key) => key.status === "retired" && key.notAfter <= now)
    .map(({ kid }) => ({ step: "destroy", kid }));
  const announced = keys.find((key) => key.status === "announced");
  const active = keys.find((key) => key.status === "active");
  if (announced !== undefined) {
    const { kid } = announced;
    if (signsFrom(announced, rule, now) <= now) steps.push({ step: "activate", kid });
  } else if (active !== undefined && active.notAfter.getTime() - now.getTime() < rule.remainingMinMs) {
    steps.push({ step: "announce" });
  }
  return steps;
}

/** When an announced key may sign; were it listed only now, a whole lead from now. */
export function signsFrom({ announcedAt }: KeyLife, { leadMs }: RotationRule, now: Date): Date {
  return new Date((announcedAt ?? now).getTime() + leadMs);
}

/** When the last token a key signed until now has expired: how long it must still be listed once it is retired. */
export function verifiesUntil({ notAfter }: KeyLife, { longestTokenMs }: RotationRule, now: Date): Date {
  if (longestTokenMs === null) return notAfter;
  return new Date(Math.min(notAfter.getTime(), now.getTime() + longestTokenMs));
}
