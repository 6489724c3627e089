-- CreateTable
CREATE TABLE "identity_provider" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "issuer" TEXT NOT NULL,
    "jwks_url" TEXT NOT NULL,
    "audience" TEXT NOT NULL,
    "scope_claim" TEXT NOT NULL,
    "scope_map" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "removed_at" TIMESTAMPTZ(3),

    CONSTRAINT "identity_provider_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateIndex
CREATE UNIQUE INDEX "identity_provider_tenant_id_issuer_key" ON "identity_provider"("tenant_id", "issuer");

SELECT protect_tenant_table('identity_provider');
