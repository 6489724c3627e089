-- DropIndex
DROP INDEX "license_tenant_id_customer_id_issued_at_idx";

-- CreateIndex
CREATE INDEX "license_of_customer" ON "license"("tenant_id", "customer_id", "issued_at", "id", "product_id");
