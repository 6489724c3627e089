import type { Search } from "../../authority/search-service.ts";
import { publicId } from "../../domain/ids.ts";
import { keyHint } from "./license.ts";

/** What was found, by kind, with public ids and the words a person knows each thing by. */
export function searchResults(found: Awaited<ReturnType<Search["query"]>>) {
  const archived = (at: Date | null) => at !== null;
  return {
    licenses: found.licenses.map((license) => ({
      id: publicId("license", license.id),
      keyHint: keyHint(license.keyPrefix, license.keyHint),
      status: license.status,
      note: license.note,
      customer: license.customerName,
      product: license.productName,
    })),
    customers: found.customers.map(({ id, name, email, archivedAt }) => ({
      id: publicId("customer", id),
      name,
      email,
      archived: archived(archivedAt),
    })),
    devices: found.devices.map(({ id, name, platform, active, licenseId, customerName }) => ({
      id: publicId("activation", id),
      licenseId: publicId("license", licenseId),
      name,
      platform,
      active,
      customer: customerName,
    })),
    products: found.products.map(({ id, name, code, archivedAt }) => ({
      id: publicId("product", id),
      name,
      code,
      archived: archived(archivedAt),
    })),
    policies: found.policies.map(({ id, name, code, archivedAt, product }) => ({
      id: publicId("policy", id),
      name,
      code,
      product: product.name,
      archived: archived(archivedAt),
    })),
    apiKeys: found.apiKeys.map(({ id, name, hint, revokedAt }) => ({
      id: publicId("apiKey", id),
      name,
      hint,
      revoked: revokedAt !== null,
    })),
    staff: found.staff.map(({ role, user }) => ({
      id: publicId("user", user.id),
      name: user.name,
      email: user.email,
      role,
    })),
    traces: found.traces,
  };
}
