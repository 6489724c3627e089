import { invalidField } from "../domain/errors.ts";
import { holdCustomer } from "./customer-store.ts";
import type { Tx } from "./ports.ts";

/**
 * The customer that a license is to be given to, held until the transaction ends. Throws `invalid_request` naming
 * `/customerId` when there is none, or it is archived.
 */
export async function receivingCustomer(tx: Tx, tenantId: string, customerId: string) {
  const customer = await holdCustomer(tx, tenantId, customerId);
  if (customer === null)
    throw invalidField("/customerId", "There is no such customer; choose one of the list.");
  if (customer.archivedAt !== null)
    throw invalidField("/customerId", "This customer is archived; restore it first.");
  return customer;
}
