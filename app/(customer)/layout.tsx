import type { ReactNode } from "react";
import { requireCustomer } from "../_session.ts";
import { CustomerShell } from "./shell.tsx";

/** Draws the frame. Each page asks `requireCustomer` again: a layout is not run at every navigation. */
export default async function CustomerLayout({ children }: { children: ReactNode }) {
  const { user, role, customerName, tenant } = await requireCustomer();
  return (
    <CustomerShell
      user={{ name: user.name, email: user.email }}
      role={role}
      customerName={customerName}
      vendorName={tenant.name}
    >
      {children}
    </CustomerShell>
  );
}
