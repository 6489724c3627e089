import type { JoinRequests } from "../../auth/join-requests.ts";
import type { Customers } from "../../authority/customer-service.ts";
import { publicId } from "../../domain/ids.ts";

type Summary = Awaited<ReturnType<Customers["list"]>>["items"][number];
type Detail = Awaited<ReturnType<Customers["get"]>>;

export function customerSummary({ id, name, email, createdAt, archivedAt, licenses, devices }: Summary) {
  return { id: publicId("customer", id), name, email, createdAt, archivedAt, licenses, devices };
}

export function customerDetail(customer: Detail) {
  return {
    ...customerSummary(customer),
    note: customer.note,
    members: customer.members.map(({ userId, role, createdAt, user: { name, email } }) => ({
      userId: publicId("user", userId),
      name,
      email,
      role,
      joinedAt: createdAt,
    })),
  };
}

type Request = Awaited<ReturnType<JoinRequests["pending"]>>[number];

/** Somebody who asks to be let in. */
export function joinRequest({ id, email, createdAt }: Request) {
  return { id: publicId("joinRequest", id), email, createdAt };
}
