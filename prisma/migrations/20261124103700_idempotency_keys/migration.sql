-- CreateTable
CREATE TABLE "idempotency_key" (
    "tenant_id" UUID NOT NULL,
    "hash" BYTEA NOT NULL,
    "request_hash" BYTEA NOT NULL,
    "attempt" UUID NOT NULL,
    "lease_expires_at" TIMESTAMPTZ(3) NOT NULL,
    "answer_cipher" BYTEA,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "idempotency_key_pkey" PRIMARY KEY ("tenant_id","hash")
);

-- CreateIndex
CREATE INDEX "idempotency_key_tenant_id_expires_at_idx" ON "idempotency_key"("tenant_id", "expires_at");

SELECT protect_tenant_table('idempotency_key');
GRANT DELETE ON "idempotency_key" TO signet_app;
