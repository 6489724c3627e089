import type { CustomerRole, Role } from "../domain/actor.ts";
import { customerPlace, teamPlace } from "../domain/places.ts";
import type { Database } from "../platform/database.ts";
import { facing, type Vendor } from "./actor.ts";
import type { Offer } from "./invitation-offers.ts";
import { byIdentity, hasPassword } from "./invitee.ts";
import { inviterOf } from "./inviter.ts";

export type InvitationPreview = {
  readonly vendor: Vendor;
  /** The place that it lets in to. */
  readonly place: string;
  readonly email: string;
  /** Whether the address already has an account with a password, which is then asked for. */
  readonly hasAccount: boolean;
  /** Whether it has an account that an identity provider opens, and no password: then only that can accept. */
  readonly byIdentity: boolean;
} & (
  | { readonly to: "team"; readonly role: Role }
  | {
      readonly to: "customer";
      readonly customerName: string;
      readonly role: CustomerRole;
      /** A person, and whose they are; null: themselves, by a license key. */
      readonly invitedBy: string | null;
    }
);

/** What a usable link's page says. */
export async function previewOf(
  database: Database,
  {
    invitation: { tenantId, email, tenant, customer, invitedBy: userId },
    user,
    offer,
  }: {
    readonly invitation: {
      readonly tenantId: string;
      readonly email: string;
      readonly invitedBy: string | null;
      readonly tenant: Vendor;
      readonly customer: { readonly name: string } | null;
    };
    readonly user: Parameters<typeof byIdentity>[0];
    readonly offer: Offer;
  },
): Promise<InvitationPreview> {
  const shown = {
    vendor: facing(tenant),
    email,
    hasAccount: hasPassword(user),
    byIdentity: byIdentity(user),
  };
  if (offer.to === "team") return { ...shown, place: teamPlace(tenantId), to: "team", role: offer.role };
  const invitedBy =
    userId === null
      ? null
      : await database.withTenant(tenantId, (tx) =>
          inviterOf(tx, { tenantId, customerId: offer.customerId, userId }),
        );
  return {
    ...shown,
    place: customerPlace(offer.customerId),
    to: "customer",
    customerName: customer?.name ?? "",
    role: offer.role,
    invitedBy,
  };
}
