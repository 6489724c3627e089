import type { ReactNode } from "react";
import { customerPlace } from "#server/domain/places.ts";
import { brandCss } from "../_brand/brand.ts";
import { currentPlaces, requireCustomer } from "../_session.ts";
import { CustomerShell } from "./_shell/shell.tsx";

/** Draws the frame. Each page asks `requireCustomer` again: a layout is not run at every navigation. */
export default async function CustomerLayout({ children }: { children: ReactNode }) {
  const { user, role, customerId, customerName, tenant, branding } = await requireCustomer();
  return (
    <>
      {branding.accent !== null && <style>{brandCss(branding.accent)}</style>}
      <CustomerShell
        user={{ name: user.name, email: user.email }}
        role={role}
        customerName={customerName}
        vendorName={tenant.name}
        supportEmail={branding.supportEmail}
        place={customerPlace(customerId)}
        places={await currentPlaces()}
      >
        {children}
      </CustomerShell>
    </>
  );
}
