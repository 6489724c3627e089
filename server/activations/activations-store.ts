import type { Pool } from "pg";
import type { DecisionRow } from "#server/domain/decision.ts";
import type { Clock } from "#server/platform/clock.ts";
import { hotFunction, provenFunction } from "#server/platform/hot-function.ts";

/** What is needed to sign an activation token; present whenever the decision was to grant. */
export interface GrantRow extends DecisionRow {
  readonly license_id: string | null;
  readonly activation_id: string | null;
  readonly status_index: number | null;
  /** The license's rules as JSON text: parsed once for many rows. */
  readonly effective: string | null;
  /** When the license last changed. */
  readonly changed_at: Date | null;
  readonly valid_from: Date | null;
  readonly expires_at: Date | null;
  readonly grace_until: Date | null;
  readonly customer_id: string | null;
  readonly customer_name: string | null;
  readonly policy_code: string | null;
  readonly policy_version: number | null;
  /** How many of the fingerprint's components must stay the same. */
  readonly fingerprint_match: number | null;
}

export interface ActivateRow extends GrantRow {
  readonly created: boolean;
}

export interface RefreshRow extends GrantRow {
  readonly product: string | null;
  readonly fingerprint: string | null;
  readonly thumbprint: string | null;
}

export interface DeactivateRow extends DecisionRow {
  readonly license_id: string | null;
  readonly activation_id: string | null;
}

interface Item {
  readonly event_id: string;
  readonly correlation_id: string;
}

export interface ActivateItem extends Item {
  /** Hex. */
  readonly key_hash: string;
  readonly product: string;
  /** The new activation's id, used if one is made. */
  readonly id: string;
  readonly fingerprint: string;
  readonly components: readonly string[];
  readonly thumbprint: string;
  readonly name: string | undefined;
  readonly platform: string | undefined;
  readonly app_version: string | undefined;
  readonly sdk_version: string | undefined;
}

export interface RefreshItem extends Item {
  readonly id: string;
}

export interface DeactivateItem extends Item {
  readonly id: string;
  readonly by_vendor: boolean;
  /** Thumbprint of the device key that must be the activation's own, and what its receipt says, for the event. */
  readonly signed_by?: string | undefined;
  readonly receipt?: Readonly<Record<string, string | number | null>> | undefined;
}

export type ActivationsStore = ReturnType<typeof createActivationsStore>;

/** One call of one SQL function (prisma/sql/) for each batch, as a named prepared statement. */
export function createActivationsStore(pool: Pool, clock: Clock) {
  return {
    activate: hotFunction<ActivateItem, ActivateRow>(pool, clock, "activate_devices"),
    refresh: provenFunction<RefreshItem, RefreshRow>(pool, clock, "refresh_activations"),
    deactivate: provenFunction<DeactivateItem, DeactivateRow>(pool, clock, "deactivate_activations"),
  };
}
