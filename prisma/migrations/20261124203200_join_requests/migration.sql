-- AlterEnum
ALTER TYPE "mail_link_kind" ADD VALUE 'customer_sign_up';

-- AlterTable
ALTER TABLE "invitation" ALTER COLUMN "invited_by" DROP NOT NULL;

-- CreateTable
CREATE TABLE "join_request" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "customer_id" UUID NOT NULL,
    "license_id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "decided_at" TIMESTAMPTZ(3),
    "admitted" BOOLEAN,

    CONSTRAINT "join_request_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateIndex
CREATE INDEX "join_request_tenant_id_customer_id_created_at_idx" ON "join_request"("tenant_id", "customer_id", "created_at");

-- Lifted inside this transaction: the key is checked as the owner, who on managed PostgreSQL is no superuser (customer_invitations).
ALTER TABLE "customer" NO FORCE ROW LEVEL SECURITY;

-- AddForeignKey
ALTER TABLE "join_request" ADD CONSTRAINT "join_request_tenant_id_customer_id_fkey" FOREIGN KEY ("tenant_id", "customer_id") REFERENCES "customer"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "customer" FORCE ROW LEVEL SECURITY;

SELECT protect_tenant_table('"join_request"');
