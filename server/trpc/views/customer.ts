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
