-- AlterTable
ALTER TABLE "api_key" ADD COLUMN     "public_x" TEXT;

-- CreateTable
CREATE TABLE "used_proof" (
    "tenant_id" UUID NOT NULL,
    "hash" BYTEA NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "used_proof_pkey" PRIMARY KEY ("tenant_id","hash")
);

-- CreateIndex
CREATE INDEX "used_proof_tenant_id_expires_at_idx" ON "used_proof"("tenant_id", "expires_at");

SELECT protect_tenant_table('used_proof');
GRANT DELETE ON "used_proof" TO signet_app;
