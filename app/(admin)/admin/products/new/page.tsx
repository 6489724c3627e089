import type { Metadata } from "next";
import { requireActor } from "../../../../_session.ts";
import { NewProduct } from "./new-product.tsx";

export const metadata: Metadata = { title: "New product" };

export default async function NewProductPage() {
  await requireActor("product:write");
  return <NewProduct />;
}
