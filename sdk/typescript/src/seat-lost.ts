import type { ErrorCode } from "./codes.ts";
import type { SignetError } from "./errors.ts";

/**
 * Why a seat is no longer held:
 * - `expired`: no heartbeat came through in time, or the time it was borrowed for is over;
 * - `fenced`: it was given to somebody else;
 * - `released`: it was given back, by the vendor or by another process of this device;
 * - `license_suspended`, `license_revoked`, `license_expired`: what became of the license;
 * - `activation_revoked`: what became of this device's activation;
 * - `refused`: any other signed refusal; `error.code` says which.
 */
export type SeatLostReason =
  | "expired"
  | "fenced"
  | "released"
  | "license_suspended"
  | "license_revoked"
  | "license_expired"
  | "activation_revoked"
  | "refused";

/** Told once, when a seat is lost. */
export interface SeatLost {
  readonly reason: SeatLostReason;
  /** A sentence for the person at the screen. */
  readonly message: string;
  /** `signed`, unless the seat ran out by itself. */
  readonly error: SignetError;
}

const REASONS: Partial<Record<ErrorCode, SeatLostReason>> = {
  lease_expired: "expired",
  lease_fenced: "fenced",
  lease_released: "released",
  lease_not_found: "released",
  license_suspended: "license_suspended",
  license_revoked: "license_revoked",
  license_expired: "license_expired",
  activation_revoked: "activation_revoked",
  activation_not_found: "activation_revoked",
};

export function seatLost(error: SignetError): SeatLost {
  return { reason: REASONS[error.code] ?? "refused", message: error.message, error };
}
