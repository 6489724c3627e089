-- AlterTable
ALTER TABLE "invitation" ADD COLUMN     "customer_id" UUID,
ADD COLUMN     "customer_role" "customer_role",
ALTER COLUMN "role" DROP NOT NULL;

-- CreateIndex
CREATE INDEX "invitation_tenant_id_customer_id_idx" ON "invitation"("tenant_id", "customer_id");

-- A foreign key is checked against the rows there are by a query of the tables' owner. Forced row-level security would hold for
-- an owner who is no superuser too, and no tenant is set here; it is lifted inside this transaction, under an exclusive lock.
ALTER TABLE "invitation" NO FORCE ROW LEVEL SECURITY;
ALTER TABLE "customer" NO FORCE ROW LEVEL SECURITY;

-- AddForeignKey
ALTER TABLE "invitation" ADD CONSTRAINT "invitation_tenant_id_customer_id_fkey" FOREIGN KEY ("tenant_id", "customer_id") REFERENCES "customer"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "invitation" FORCE ROW LEVEL SECURITY;
ALTER TABLE "customer" FORCE ROW LEVEL SECURITY;

-- Either a role in the team, or a role with a customer, which is then named: never both, never neither.
ALTER TABLE "invitation" ADD CONSTRAINT "invitation_offers_one_thing" CHECK (
  num_nonnulls("role", "customer_role") = 1 AND ("customer_role" IS NULL) = ("customer_id" IS NULL)
);
