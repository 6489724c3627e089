import { z } from "zod";
import { CUSTOMER_ROLES } from "../domain/actor.ts";
import { idOf } from "../domain/ids.ts";
import { emailField, nameField, optionalText, pageFields } from "./input.ts";

export const customerFields = z.strictObject({
  name: nameField,
  email: emailField.nullable().default(null),
  /** The vendor's own; never shown to the customer. */
  note: optionalText(2_000).default(""),
});
export type CustomerFields = z.output<typeof customerFields>;

export const customerId = z.strictObject({ id: idOf("customer") });
export const listCustomers = z
  .strictObject({
    /** Part of a name or an e-mail address. */
    search: optionalText(120).optional(),
    state: z.enum(["current", "archived"], "Choose current or archived.").default("current"),
    ...pageFields,
  })
  .prefault({});
export type ListCustomers = z.output<typeof listCustomers>;
export const updateCustomer = customerFields.extend({ id: idOf("customer") });
export const archiveCustomer = z.strictObject({
  id: idOf("customer"),
  archived: z.boolean("Say whether it is to be archived: true or false."),
});
export const customerPeople = z.strictObject({ customerId: idOf("customer") });
export const inviteToCustomer = customerPeople.extend({
  email: emailField,
  role: z.enum(CUSTOMER_ROLES, "Choose manager or member."),
});
export const revokeCustomerInvitation = customerPeople.extend({ id: idOf("invitation") });
export const declineJoinRequest = customerPeople.extend({ id: idOf("joinRequest") });
export const admitJoinRequest = declineJoinRequest.extend({ role: inviteToCustomer.shape.role });
export const removeCustomerMember = customerPeople.extend({ userId: idOf("user") });
