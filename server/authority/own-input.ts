import { z } from "zod";
import { CUSTOMER_ROLES } from "../domain/actor.ts";
import { idOf } from "../domain/ids.ts";
import { OWN_STATES } from "../domain/license-state.ts";
import { emailField, nameField, optionalText, pageFields } from "./input.ts";
import { listHeldSeats, listPools } from "./seat-input.ts";

// tRPC's endless lists say which way they go; these go one way only.
const direction = z.literal("forward").optional();

/** A customer's people list their own; whose these are is not theirs to say. */
export const listOwnLicenses = z
  .strictObject({
    state: z.enum(OWN_STATES, `Choose one of ${OWN_STATES.join(", ")}.`).optional(),
    /** A whole key, the last five characters of one, or a license id. */
    search: optionalText(200).optional(),
    ...pageFields,
    direction,
  })
  .prefault({});
export type ListOwnLicenses = z.output<typeof listOwnLicenses>;

export const ownLicenseId = z.strictObject({ id: idOf("license") });

export const listOwnDevices = z
  .strictObject({
    licenseId: idOf("license").optional(),
    /** Part of a device's name or of its platform's. */
    search: optionalText(200).optional(),
    ...pageFields,
    direction,
  })
  .prefault({});
export type ListOwnDevices = z.output<typeof listOwnDevices>;

export const ownDeviceId = z.strictObject({ id: idOf("activation") });
export const renameOwnDevice = ownDeviceId.extend({ name: nameField });

/** As the vendor's staff ask, but for whose licenses are meant. */
export const listOwnPools = listPools.unwrap().omit({ customerId: true }).prefault({});
export const listOwnHeldSeats = listHeldSeats;
export const releaseOwnSeat = z.strictObject({ leaseId: idOf("lease") });

const role = z.enum(CUSTOMER_ROLES, "Choose manager or member.");
export const inviteColleague = z.strictObject({ email: emailField, role });
export const colleagueInvitation = z.strictObject({ id: idOf("invitation") });
export const joinRequest = z.strictObject({ id: idOf("joinRequest") });
export const admitColleague = joinRequest.extend({ role });
export const colleague = z.strictObject({ userId: idOf("user") });
export const changeColleagueRole = colleague.extend({ role });
