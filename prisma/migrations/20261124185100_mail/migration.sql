-- CreateEnum
CREATE TYPE "mail_status" AS ENUM ('pending', 'sent', 'failed', 'expired');

-- CreateTable
CREATE TABLE "mail" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "template" TEXT NOT NULL,
    "recipient" TEXT NOT NULL,
    "dedupe_key" TEXT NOT NULL,
    "payload_cipher" BYTEA,
    "status" "mail_status" NOT NULL DEFAULT 'pending',
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "next_attempt_at" TIMESTAMPTZ(3),
    "claimed_until" TIMESTAMPTZ(3),
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "ended_at" TIMESTAMPTZ(3),
    "error" TEXT,
    "correlation_id" TEXT NOT NULL,

    CONSTRAINT "mail_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateIndex
CREATE INDEX "mail_tenant_id_next_attempt_at_idx" ON "mail"("tenant_id", "next_attempt_at");

-- CreateIndex
CREATE INDEX "mail_tenant_id_created_at_id_idx" ON "mail"("tenant_id", "created_at", "id");

-- CreateIndex
CREATE UNIQUE INDEX "mail_tenant_id_dedupe_key_key" ON "mail"("tenant_id", "dedupe_key");

-- A mail that is pending has a time for its next attempt and what it says; one that has ended has neither.
ALTER TABLE mail ADD CONSTRAINT mail_pending_has_a_next_attempt
  CHECK ((status = 'pending') = (next_attempt_at IS NOT NULL)
     AND (status = 'pending') = (payload_cipher IS NOT NULL)
     AND (status = 'pending') = (ended_at IS NULL));

SELECT protect_tenant_table('mail');
