import type { Model } from "./linearize.ts";

export interface LeaseAsked<Kind extends "heartbeat" | "release" = "heartbeat" | "release"> {
  readonly kind: Kind;
  readonly device: string;
  readonly lease: string;
  readonly owner: string;
  readonly slot: number;
  /** As the client says it. */
  readonly fence: number;
  readonly trueFence: number;
}

export type PoolAsked =
  | {
      readonly kind: "checkout";
      readonly device: string;
      readonly holder: string;
      /** Of the group that has seats of its own. */
      readonly inGroup: boolean;
    }
  | LeaseAsked<"heartbeat">
  | LeaseAsked<"release">
  | { readonly kind: "resize"; readonly seats: number };

export type PoolAnswer =
  | {
      readonly granted: true;
      readonly lease: string;
      readonly slot: number;
      readonly fence: number;
      readonly resumed: boolean;
      readonly expiresMs: number;
    }
  | { readonly granted: true; readonly done: true }
  | { readonly granted: false; readonly code: string; readonly rule: string };

interface Claim {
  /** Undefined where the answer that told it was lost. */
  readonly id: string | undefined;
  readonly device: string;
  readonly holder: string;
  readonly expiresMs: number;
}

interface Slot {
  readonly fence: number;
  readonly claim: Claim | undefined;
}

/** A pool between two operations. Slots are numbered from 1; those beyond `seats + overage` are out of service. */
export interface PoolState {
  readonly seats: number;
  readonly slots: readonly Slot[];
  /** Leases given back before their time. */
  readonly released: ReadonlySet<string>;
}

export interface PoolRules {
  readonly ttlMs: number;
  readonly overage: number;
  readonly perHolderMax: number;
  /** The first slots, which wait for a group of holders. */
  readonly reserved: number;
}

/** Seats as they should be lent at `nowMs`: which of the free slots is given is the server's choice. */
export function poolModel(rules: PoolRules, nowMs: number): Model<PoolState, PoolAsked, PoolAnswer> {
  const until = nowMs + rules.ttlMs;
  const isLive = ({ claim }: Slot) => claim !== undefined && claim.expiresMs >= nowMs;
  const inService = ({ seats }: PoolState, slot: number) => slot <= seats + (seats > 0 ? rules.overage : 0);
  const claimed = (state: PoolState, slot: number, fence: number, claim: Claim | undefined): PoolState => ({
    ...state,
    slots: state.slots.map((each, index) => (index === slot - 1 ? { fence, claim } : each)),
  });

  function checkout(
    state: PoolState,
    { device, holder, inGroup }: PoolAsked & { kind: "checkout" },
    answer: PoolAnswer | undefined,
  ): readonly PoolState[] {
    const denied = (code: string, rule: string) =>
      answer !== undefined && !answer.granted && answer.code === code && answer.rule === rule ? [state] : [];
    if (state.seats === 0) return denied("feature_not_entitled", "seats.seats");
    const grant = answer?.granted && "lease" in answer ? answer : undefined;
    if (answer?.granted && grant === undefined) return [];

    const isOwn = (each: Slot) =>
      isLive(each) && each.claim?.device === device && each.claim.holder === holder;
    const own = state.slots.findIndex(isOwn);
    const mine = state.slots[own];
    if (mine?.claim !== undefined) {
      const kept = Math.max(mine.claim.expiresMs, until);
      if (grant === undefined) {
        if (answer !== undefined) return [];
        return [claimed(state, own + 1, mine.fence, { ...mine.claim, expiresMs: kept })];
      }
      const isSame =
        grant.resumed &&
        grant.slot === own + 1 &&
        grant.fence === mine.fence &&
        grant.expiresMs === kept &&
        (mine.claim.id === undefined || mine.claim.id === grant.lease);
      if (!isSame) return [];
      if (mine.claim.expiresMs === kept && mine.claim.id === grant.lease) return [state];
      return [claimed(state, own + 1, mine.fence, { ...mine.claim, id: grant.lease, expiresMs: kept })];
    }

    const held = state.slots.filter((each) => isLive(each) && each.claim?.holder === holder).length;
    if (held >= rules.perHolderMax) return denied("no_seats_available", "seats.seatsPerHolderMax");
    const free = state.slots.flatMap((each, index) =>
      inService(state, index + 1) && !isLive(each) ? [index + 1] : [],
    );
    const kept = free.filter((slot) => slot <= rules.reserved);
    const common = free.filter((slot) => slot > rules.reserved);
    // Overage comes after all that is paid for.
    const paid = common.filter((slot) => slot <= state.seats);
    const open = inGroup && kept.length > 0 ? kept : paid.length > 0 ? paid : common;
    if (open.length === 0) return denied("no_seats_available", "seats.seats");
    const take = (slot: number, id: string | undefined) =>
      claimed(state, slot, (state.slots[slot - 1]?.fence ?? 0) + 1, { id, device, holder, expiresMs: until });
    if (answer === undefined) return open.map((slot) => take(slot, undefined));
    if (grant === undefined || !open.includes(grant.slot) || grant.expiresMs !== until) return [];
    if (grant.resumed || grant.fence !== (state.slots[grant.slot - 1]?.fence ?? 0) + 1) return [];
    return [take(grant.slot, grant.lease)];
  }

  function heartbeat(
    state: PoolState,
    asked: LeaseAsked,
    answer: PoolAnswer | undefined,
  ): readonly PoolState[] {
    const slot = state.slots[asked.slot - 1];
    const holds = slot?.fence === asked.trueFence && slot.claim !== undefined;
    const code =
      asked.device !== asked.owner
        ? "lease_not_found"
        : state.released.has(asked.lease)
          ? "lease_released"
          : asked.fence !== asked.trueFence || slot?.fence !== asked.trueFence
            ? "lease_fenced"
            : !holds || !isLive(slot)
              ? "lease_expired"
              : undefined;
    if (code !== undefined) {
      return answer === undefined || (!answer.granted && answer.code === code) ? [state] : [];
    }
    if (slot?.claim === undefined) return [];
    if (answer !== undefined) {
      if (!answer.granted || !("lease" in answer)) return [];
      const { lease, slot, fence, expiresMs } = answer;
      if (lease !== asked.lease || slot !== asked.slot || fence !== asked.fence || expiresMs !== until)
        return [];
    }
    if (slot.claim.expiresMs === until) return [state];
    return [claimed(state, asked.slot, slot.fence, { ...slot.claim, expiresMs: until })];
  }

  function release(
    state: PoolState,
    asked: LeaseAsked,
    answer: PoolAnswer | undefined,
  ): readonly PoolState[] {
    const code =
      asked.device !== asked.owner
        ? "lease_not_found"
        : asked.fence !== asked.trueFence
          ? "lease_fenced"
          : undefined;
    if (code !== undefined) {
      return answer === undefined || (!answer.granted && answer.code === code) ? [state] : [];
    }
    if (answer?.granted === false) return [];
    const slot = state.slots[asked.slot - 1];
    if (slot?.claim === undefined || slot.fence !== asked.trueFence) return [state];
    const freed = claimed(state, asked.slot, slot.fence, undefined);
    return [isLive(slot) ? { ...freed, released: new Set(state.released).add(asked.lease) } : freed];
  }

  return {
    next(state, asked, answer) {
      if (asked.kind === "checkout") return checkout(state, asked, answer);
      if (asked.kind === "heartbeat") return heartbeat(state, asked, answer);
      if (asked.kind === "release") return release(state, asked, answer);
      if (answer?.granted === false) return [];
      const added = Math.max(0, asked.seats + rules.overage - state.slots.length);
      const slots = [
        ...state.slots,
        ...Array.from({ length: added }, () => ({ fence: 0, claim: undefined })),
      ];
      return [{ ...state, seats: asked.seats, slots }];
    },
    key: ({ seats, slots, released }) =>
      `${seats} ${slots.map(({ fence, claim }) => `${fence}:${claim?.id}:${claim?.device}:${claim?.expiresMs}`).join()} ${released.size}`,
  };
}

/** A slot as it stands in the database. */
export interface SeenSlot {
  readonly fence: number;
  readonly lease: string | undefined;
  readonly device: string | undefined;
  readonly holder: string | undefined;
  readonly expiresMs: number | undefined;
}

/** Whether the database shows what the model says, and no slot beside; a lease that time has ended may still stand there. */
export function isSeenAs(state: PoolState, seen: readonly SeenSlot[], nowMs: number): boolean {
  if (seen.length > state.slots.length) return false;
  return state.slots.every(({ fence, claim }, index) => {
    const slot = seen[index];
    if (slot === undefined) return fence === 0;
    const isHeld = slot.expiresMs !== undefined && slot.expiresMs >= nowMs;
    const isClaimed = claim !== undefined && claim.expiresMs >= nowMs;
    if (slot.fence !== fence || isHeld !== isClaimed) return false;
    if (!isClaimed) return true;
    return (
      (claim.id === undefined || claim.id === slot.lease) &&
      claim.device === slot.device &&
      claim.holder === slot.holder &&
      claim.expiresMs === slot.expiresMs
    );
  });
}

/** A lease as it was written when it was granted. */
export interface WrittenLease {
  readonly slot: number;
  readonly fence: number;
  readonly device: string;
  readonly holder: string;
}

/** Whether every claim is the one that was written for its fence; a fence that nobody claimed contradicts as well. */
export function isWrittenAs(state: PoolState, written: ReadonlyMap<string, WrittenLease>): boolean {
  return state.slots.every(({ fence, claim }, index) => {
    if (fence === 0) return true;
    const lease = written.get(`${index + 1} ${fence}`);
    if (lease === undefined) return false;
    return claim === undefined || (claim.device === lease.device && claim.holder === lease.holder);
  });
}
