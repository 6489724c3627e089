import type { Code } from "#server/domain/codes.ts";

/** Why a license as such may not be used at this moment. */
export const LICENSE_DENIALS = [
  "license_suspended",
  "license_revoked",
  "license_expired",
  "license_not_yet_valid",
] as const satisfies readonly Code[];

/** Why a device that has proved itself may still not ask for anything. */
export const DEVICE_DENIALS = [
  "activation_not_found",
  "activation_revoked",
  ...LICENSE_DENIALS,
] as const satisfies readonly Code[];
