import type { Metadata } from "next";
import { requireCustomer } from "../../_session.ts";
import { PortalScreen } from "./portal-screen.tsx";

export const metadata: Metadata = { title: "My licenses" };

export default async function PortalPage() {
  const { tenant } = await requireCustomer();
  return <PortalScreen vendorName={tenant.name} />;
}
