-- AlterTable
ALTER TABLE "invitation" ADD COLUMN     "customer_id" UUID,
ADD COLUMN     "customer_role" "customer_role",
ALTER COLUMN "role" DROP NOT NULL;

-- CreateIndex
CREATE INDEX "invitation_tenant_id_customer_id_idx" ON "invitation"("tenant_id", "customer_id");

-- AddForeignKey
ALTER TABLE "invitation" ADD CONSTRAINT "invitation_tenant_id_customer_id_fkey" FOREIGN KEY ("tenant_id", "customer_id") REFERENCES "customer"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Either a role in the team, or a role with a customer, which is then named: never both, never neither.
ALTER TABLE "invitation" ADD CONSTRAINT "invitation_offers_one_thing" CHECK (
  num_nonnulls("role", "customer_role") = 1 AND ("customer_role" IS NULL) = ("customer_id" IS NULL)
);
