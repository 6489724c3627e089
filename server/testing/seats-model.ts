export const TTL_MS = 300_000;
export const DAY_MS = 86_400_000;

export interface Rules {
  readonly overage: number;
  readonly perHolderMax: number;
  readonly reserved: number;
  readonly borrowDaysMax: number;
  readonly borrowedSeatsMax: number;
}

export interface Checkout {
  readonly device: number;
  readonly holder: string;
  readonly inGroup: boolean;
}

/** The leases made so far, ended or not, are numbered from 0. */
export interface About {
  readonly which: number;
  readonly fenceOff: number;
  readonly isOther: boolean;
}

interface Lease {
  readonly id: string;
  readonly slot: number;
  readonly fence: number;
  readonly device: number;
  readonly holder: string;
  /** As it was granted. */
  readonly wasOverage: boolean;
  isReleased: boolean;
}

interface Slot {
  fence: number;
  isReserved: boolean;
  isOverage: boolean;
  isInService: boolean;
  claim: { readonly lease: Lease; expiresMs: number; isBorrowed: boolean } | undefined;
}

/** A pool as it should be kept, one request after the other; every answer as text. */
export class Model {
  readonly leases: Lease[] = [];
  readonly slots: Slot[] = [];
  readonly #gone = new Set<number>();
  readonly #rules: Rules;
  #seats = 0;

  constructor(rules: Rules, seats: number) {
    this.#rules = rules;
    this.resize(seats);
  }

  resize(seats: number): void {
    this.#seats = seats;
    const total = seats === 0 ? 0 : seats + this.#rules.overage;
    for (let index = 0; index < Math.max(total, this.slots.length); index++) {
      const slot = this.slots[index];
      if (index >= total) {
        if (slot !== undefined) slot.isInService = false;
        continue;
      }
      const place = {
        isReserved: index < this.#rules.reserved,
        isOverage: index >= seats,
        isInService: true,
      };
      this.slots[index] = { fence: 0, claim: undefined, ...slot, ...place };
    }
  }

  checkout({ device, holder, inGroup }: Checkout, id: string, now: number, borrowMs?: number): string {
    const rules = this.#rules;
    if (this.#gone.has(device)) return "activation_not_found activation.live";
    if (this.#seats === 0) return "feature_not_entitled seats.seats";
    const live = this.slots.filter(({ claim }) => claim !== undefined && claim.expiresMs >= now);
    const own = live.find(({ claim }) => claim?.lease.device === device && claim.lease.holder === holder);
    const until = now + (borrowMs ?? TTL_MS);
    const wasBorrowed = own?.claim?.isBorrowed === true;
    if (borrowMs !== undefined && !(wasBorrowed && until <= (own?.claim?.expiresMs ?? 0))) {
      if (rules.borrowDaysMax === 0 || rules.borrowedSeatsMax === 0) {
        return "borrow_not_allowed seats.borrowDaysMax";
      }
      if (borrowMs > rules.borrowDaysMax * DAY_MS) return "borrow_too_long seats.borrowDaysMax";
      const borrowed = live.filter(({ claim }) => claim?.isBorrowed).length;
      if (!wasBorrowed && borrowed >= rules.borrowedSeatsMax) {
        return "borrow_limit_reached seats.borrowedSeatsMax";
      }
    }
    if (own?.claim !== undefined) {
      own.claim.expiresMs = Math.max(own.claim.expiresMs, until);
      own.claim.isBorrowed ||= borrowMs !== undefined;
      return this.#answer(own, "resumed");
    }
    const held = live.filter(({ claim }) => claim?.lease.holder === holder).length;
    if (held >= rules.perHolderMax) return "no_seats_available seats.seatsPerHolderMax";
    const free = this.slots.filter((slot) => slot.isInService && !live.includes(slot));
    const common = free.filter(({ isReserved }) => !isReserved);
    const slot =
      (inGroup ? free.find(({ isReserved }) => isReserved) : undefined) ??
      common.find(({ isOverage }) => !isOverage) ??
      common[0];
    if (slot === undefined) return "no_seats_available seats.seats";
    slot.fence++;
    const number = this.slots.indexOf(slot) + 1;
    const place = { slot: number, fence: slot.fence, wasOverage: slot.isOverage };
    const lease = { id, device, holder, isReleased: false, ...place };
    this.leases.push(lease);
    slot.claim = { lease, expiresMs: until, isBorrowed: borrowMs !== undefined };
    return this.#answer(slot, "new");
  }

  heartbeat(lease: Lease, { fenceOff, isOther }: About, now: number): string {
    if (isOther) return "lease_not_found lease.lease_not_found";
    if (this.#gone.has(lease.device)) return "activation_not_found lease.activation_not_found";
    if (lease.isReleased) return "lease_released lease.lease_released";
    const slot = this.slots[lease.slot - 1];
    if (fenceOff !== 0 || slot?.fence !== lease.fence) return "lease_fenced lease.lease_fenced";
    const { claim } = slot;
    if (claim?.lease !== lease || claim.expiresMs < now) return "lease_expired lease.lease_expired";
    claim.expiresMs = claim.isBorrowed ? Math.max(claim.expiresMs, now + TTL_MS) : now + TTL_MS;
    // Where seats were cut down since, it says what the lease was granted as.
    return this.#answer({ ...slot, isOverage: lease.wasOverage }, "resumed");
  }

  release(lease: Lease, { fenceOff, isOther }: About, now: number): string {
    if (isOther) return "lease_not_found lease.lease_not_found";
    if (fenceOff !== 0) return "lease_fenced lease.lease_fenced";
    const slot = this.slots[lease.slot - 1];
    if (slot?.claim?.lease === lease) {
      lease.isReleased = slot.claim.expiresMs >= now;
      slot.claim = undefined;
    }
    return "done";
  }

  /** What it borrowed is still in use without a server, unless its own receipt says that it has stopped. */
  deactivate(device: number, hasReceipt: boolean, now: number): void {
    const wasLive = !this.#gone.has(device);
    this.#gone.add(device);
    for (const slot of this.slots) {
      const { claim } = slot;
      if (claim?.lease.device !== device || !(wasLive || hasReceipt)) continue;
      if (claim.isBorrowed && claim.expiresMs >= now && !hasReceipt) continue;
      claim.lease.isReleased = claim.expiresMs >= now;
      slot.claim = undefined;
    }
  }

  sweep(now: number): number {
    const dead = this.slots.filter(({ claim }) => claim !== undefined && claim.expiresMs < now);
    for (const slot of dead) slot.claim = undefined;
    return dead.length;
  }

  #answer({ claim, fence, isOverage }: Slot, how: "new" | "resumed"): string {
    return `${how} ${claim?.lease.id} ${claim?.lease.slot} ${fence} ${claim?.expiresMs} ${isOverage} ${claim?.isBorrowed}`;
  }
}
