-- AlterTable
ALTER TABLE "ticket" ADD COLUMN     "journaled" BIGINT,
ADD COLUMN     "late" BIGINT NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "offline_exchange" (
    "tenant_id" UUID NOT NULL,
    "device_thumbprint" TEXT NOT NULL,
    "nonce" TEXT NOT NULL,
    "request_hash" TEXT NOT NULL,
    "license_id" UUID NOT NULL,
    "activation_id" UUID NOT NULL,
    "response_cipher" BYTEA,
    "correlation_id" TEXT NOT NULL,
    "activated_at" TIMESTAMPTZ(3) NOT NULL,
    "answered_at" TIMESTAMPTZ(3),

    CONSTRAINT "offline_exchange_pkey" PRIMARY KEY ("tenant_id","device_thumbprint","nonce")
);

-- CreateTable
CREATE TABLE "offline_journal_entry" (
    "tenant_id" UUID NOT NULL,
    "activation_id" UUID NOT NULL,
    "device_thumbprint" TEXT NOT NULL,
    "entry" INTEGER NOT NULL,
    "ticket_id" TEXT NOT NULL,
    "amount" BIGINT NOT NULL,
    "used_at" TIMESTAMPTZ(3) NOT NULL,
    "closes" BOOLEAN NOT NULL,
    "hash" TEXT NOT NULL,

    CONSTRAINT "offline_journal_entry_pkey" PRIMARY KEY ("tenant_id","activation_id","device_thumbprint","entry")
);

-- CreateTable
CREATE TABLE "offline_journal" (
    "tenant_id" UUID NOT NULL,
    "activation_id" UUID NOT NULL,
    "device_thumbprint" TEXT NOT NULL,
    "last_entry" INTEGER NOT NULL,
    "tickets" JSONB NOT NULL,
    "correlation_id" TEXT NOT NULL,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "offline_journal_pkey" PRIMARY KEY ("tenant_id","activation_id","device_thumbprint","last_entry")
);

-- What journals say stays within what was reserved, and so does what is charged late.
ALTER TABLE ticket ADD CONSTRAINT ticket_journal_within_amount CHECK (
  CASE WHEN journaled IS NULL THEN late = 0 ELSE journaled BETWEEN 0 AND amount AND late BETWEEN 0 AND journaled END);
ALTER TABLE offline_exchange ADD CONSTRAINT offline_exchange_answered_with_a_response
  CHECK ((response_cipher IS NULL) = (answered_at IS NULL));
ALTER TABLE offline_journal_entry ADD CONSTRAINT offline_journal_entry_counts_from_one CHECK (entry >= 1 AND amount >= 0);

SELECT protect_tenant_table('offline_exchange');
SELECT protect_tenant_table('offline_journal_entry', p_append_only => true);
SELECT protect_tenant_table('offline_journal', p_append_only => true);
