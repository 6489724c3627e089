-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "feature_kind" AS ENUM ('flag', 'limit', 'value');

-- CreateEnum
CREATE TYPE "customer_role" AS ENUM ('manager', 'member');

-- CreateEnum
CREATE TYPE "outcome" AS ENUM ('granted', 'denied');

-- CreateEnum
CREATE TYPE "role" AS ENUM ('owner', 'admin', 'developer', 'support', 'auditor');

-- CreateEnum
CREATE TYPE "license_status" AS ENUM ('pending', 'active', 'grace', 'expired', 'suspended', 'revoked');

-- CreateEnum
CREATE TYPE "lease_end" AS ENUM ('released', 'expired', 'revoked');

-- CreateEnum
CREATE TYPE "tenant_mode" AS ENUM ('trial', 'production');

-- CreateEnum
CREATE TYPE "key_use" AS ENUM ('root', 'license', 'activation', 'lease', 'ticket', 'receipt');

-- CreateEnum
CREATE TYPE "key_status" AS ENUM ('announced', 'active', 'retired', 'destroyed', 'compromised');

-- CreateEnum
CREATE TYPE "revocation_kind" AS ENUM ('license', 'activation', 'key');

-- CreateEnum
CREATE TYPE "grant_kind" AS ENUM ('prepaid', 'period', 'promo');

-- CreateEnum
CREATE TYPE "ticket_status" AS ENUM ('pending', 'settled', 'voided', 'expired');

-- CreateEnum
CREATE TYPE "ledger_kind" AS ENUM ('grant', 'reserve', 'settle', 'release', 'debit', 'refund', 'adjust', 'expire');

-- CreateTable
CREATE TABLE "product" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "key_prefix" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "archived_at" TIMESTAMPTZ(3),

    CONSTRAINT "product_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "feature" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "product_id" UUID NOT NULL,
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "kind" "feature_kind" NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "archived_at" TIMESTAMPTZ(3),

    CONSTRAINT "feature_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "meter" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "product_id" UUID NOT NULL,
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "unit" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "archived_at" TIMESTAMPTZ(3),

    CONSTRAINT "meter_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "policy" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "product_id" UUID NOT NULL,
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "draft" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "archived_at" TIMESTAMPTZ(3),

    CONSTRAINT "policy_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "policy_version" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "policy_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "rules" JSONB NOT NULL,
    "published_at" TIMESTAMPTZ(3) NOT NULL,
    "published_by" UUID,

    CONSTRAINT "policy_version_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "customer" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT,
    "note" TEXT NOT NULL DEFAULT '',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "archived_at" TIMESTAMPTZ(3),

    CONSTRAINT "customer_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "customer_member" (
    "tenant_id" UUID NOT NULL,
    "customer_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "role" "customer_role" NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "customer_member_pkey" PRIMARY KEY ("tenant_id","customer_id","user_id")
);

-- CreateTable
CREATE TABLE "runtime_event" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "operation" TEXT NOT NULL,
    "outcome" "outcome" NOT NULL,
    "code" TEXT,
    "rule" TEXT,
    "facts" JSONB NOT NULL DEFAULT '{}',
    "license_id" UUID,
    "activation_id" UUID,
    "policy_version_id" UUID,
    "correlation_id" TEXT NOT NULL,

    CONSTRAINT "runtime_event_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "audit_event" (
    "tenant_id" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor_user_id" UUID,
    "action" TEXT NOT NULL,
    "subject_kind" TEXT NOT NULL,
    "subject_id" UUID NOT NULL,
    "before" JSONB,
    "after" JSONB,
    "correlation_id" TEXT NOT NULL,
    "prev_hash" TEXT NOT NULL,
    "hash" TEXT NOT NULL,

    CONSTRAINT "audit_event_pkey" PRIMARY KEY ("tenant_id","seq")
);

-- CreateTable
CREATE TABLE "webhook_endpoint" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "url" TEXT NOT NULL,
    "events" TEXT[],
    "secret_cipher" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "disabled_at" TIMESTAMPTZ(3),

    CONSTRAINT "webhook_endpoint_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "webhook_delivery" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "endpoint_id" UUID NOT NULL,
    "event_id" UUID NOT NULL,
    "attempt" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "status" INTEGER,
    "error" TEXT,
    "correlation_id" TEXT NOT NULL,

    CONSTRAINT "webhook_delivery_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "user" (
    "id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "password_hash" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "user_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "membership" (
    "tenant_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "role" "role" NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "membership_pkey" PRIMARY KEY ("tenant_id","user_id")
);

-- CreateTable
CREATE TABLE "invitation" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "role" "role" NOT NULL,
    "token_hash" TEXT NOT NULL,
    "invited_by" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "accepted_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "invitation_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "license" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "customer_id" UUID NOT NULL,
    "product_id" UUID NOT NULL,
    "policy_id" UUID NOT NULL,
    "policy_version_id" UUID NOT NULL,
    "note" TEXT NOT NULL DEFAULT '',
    "key_hash" BYTEA NOT NULL,
    "key_cipher" BYTEA NOT NULL,
    "key_hint" TEXT NOT NULL,
    "status_index" INTEGER NOT NULL,
    "overrides" JSONB NOT NULL DEFAULT '{}',
    "effective" JSONB NOT NULL,
    "issued_at" TIMESTAMPTZ(3) NOT NULL,
    "valid_from" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3),
    "grace_until" TIMESTAMPTZ(3),
    "first_activated_at" TIMESTAMPTZ(3),
    "suspended_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "announced_status" "license_status" NOT NULL,
    "activations_max" INTEGER,
    "activations_ceiling" INTEGER,
    "activation_count" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "license_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "activation" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "license_id" UUID NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "components" TEXT[],
    "live_fingerprint" TEXT,
    "device_thumbprint" TEXT NOT NULL,
    "name" TEXT NOT NULL DEFAULT '',
    "platform" TEXT NOT NULL DEFAULT '',
    "app_version" TEXT NOT NULL DEFAULT '',
    "sdk_version" TEXT NOT NULL DEFAULT '',
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "deactivated_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "activation_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "pool" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "license_id" UUID NOT NULL,
    "seats" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "pool_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "seat" (
    "tenant_id" UUID NOT NULL,
    "pool_id" UUID NOT NULL,
    "slot" INTEGER NOT NULL,
    "reserved_for" TEXT,
    "overage" BOOLEAN NOT NULL DEFAULT false,
    "in_service" BOOLEAN NOT NULL DEFAULT true,
    "fence" BIGINT NOT NULL DEFAULT 0,
    "lease_id" UUID,
    "activation_id" UUID,
    "holder" TEXT,
    "borrowed" BOOLEAN NOT NULL DEFAULT false,
    "expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "seat_pkey" PRIMARY KEY ("tenant_id","pool_id","slot")
);

-- CreateTable
CREATE TABLE "lease" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "pool_id" UUID NOT NULL,
    "activation_id" UUID,
    "slot" INTEGER NOT NULL,
    "fence" BIGINT NOT NULL,
    "holder" TEXT NOT NULL,
    "group" TEXT,
    "overage" BOOLEAN NOT NULL DEFAULT false,
    "borrowed" BOOLEAN NOT NULL DEFAULT false,
    "granted_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "ended" "lease_end",

    CONSTRAINT "lease_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "instance" (
    "id" BOOLEAN NOT NULL DEFAULT true,
    "master_key_check" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "instance_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "tenant" (
    "id" UUID NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "mode" "tenant_mode" NOT NULL DEFAULT 'trial',
    "suspended_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "tenant_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "tenant_state" (
    "tenant_id" UUID NOT NULL,
    "trust_seq" INTEGER NOT NULL DEFAULT 0,
    "next_status_index" INTEGER NOT NULL DEFAULT 0,
    "audit_seq" INTEGER NOT NULL DEFAULT 0,
    "audit_head" TEXT NOT NULL DEFAULT '',
    "database_started_at" TIMESTAMPTZ(6),
    "data_key_wrapped" BYTEA NOT NULL,

    CONSTRAINT "tenant_state_pkey" PRIMARY KEY ("tenant_id")
);

-- CreateTable
CREATE TABLE "rate_limit" (
    "key" TEXT NOT NULL,
    "points" INTEGER NOT NULL DEFAULT 0,
    "expire" BIGINT,

    CONSTRAINT "rate_limit_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "signing_key" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "use" "key_use" NOT NULL,
    "status" "key_status" NOT NULL,
    "kid" TEXT NOT NULL,
    "public_x" TEXT NOT NULL,
    "private_cipher" BYTEA,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "not_before" TIMESTAMPTZ(3) NOT NULL,
    "not_after" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "signing_key_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "trust_bundle" (
    "tenant_id" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "jws" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "issued_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "trust_bundle_pkey" PRIMARY KEY ("tenant_id","seq")
);

-- CreateTable
CREATE TABLE "revocation" (
    "tenant_id" UUID NOT NULL,
    "kind" "revocation_kind" NOT NULL,
    "subject_id" UUID NOT NULL,
    "reason" TEXT NOT NULL DEFAULT '',
    "revoked_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "revocation_pkey" PRIMARY KEY ("tenant_id","kind","subject_id")
);

-- CreateTable
CREATE TABLE "api_key" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "hash" BYTEA NOT NULL,
    "hint" TEXT NOT NULL,
    "scopes" TEXT[],
    "created_by" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "last_used_at" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_key_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "account" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "license_id" UUID NOT NULL,
    "meter_id" UUID NOT NULL,
    "granted" BIGINT NOT NULL DEFAULT 0,
    "reserved" BIGINT NOT NULL DEFAULT 0,
    "spent" BIGINT NOT NULL DEFAULT 0,
    "overdraft" BIGINT NOT NULL DEFAULT 0,
    "lapsing" BIGINT NOT NULL DEFAULT 0,
    "entry_count" BIGINT NOT NULL DEFAULT 0,
    "due_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "account_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "grant" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "kind" "grant_kind" NOT NULL,
    "amount" BIGINT NOT NULL,
    "remaining" BIGINT NOT NULL,
    "expired" BIGINT NOT NULL DEFAULT 0,
    "priority" INTEGER NOT NULL DEFAULT 100,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "grant_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "ticket" (
    "tenant_id" UUID NOT NULL,
    "id" TEXT NOT NULL,
    "account_id" UUID NOT NULL,
    "activation_id" UUID,
    "amount" BIGINT NOT NULL,
    "lapsing" BIGINT NOT NULL DEFAULT 0,
    "used" BIGINT,
    "refunded" BIGINT NOT NULL DEFAULT 0,
    "status" "ticket_status" NOT NULL DEFAULT 'pending',
    "issued_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "issued_entry" BIGINT NOT NULL,
    "ended_entry" BIGINT,

    CONSTRAINT "ticket_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "ledger_entry" (
    "tenant_id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "entry" BIGINT NOT NULL,
    "kind" "ledger_kind" NOT NULL,
    "granted" BIGINT NOT NULL DEFAULT 0,
    "reserved" BIGINT NOT NULL DEFAULT 0,
    "spent" BIGINT NOT NULL DEFAULT 0,
    "balance" BIGINT NOT NULL,
    "event_id" TEXT,
    "occurred_at" TIMESTAMPTZ(3),
    "reference" TEXT,
    "reason" TEXT NOT NULL DEFAULT '',
    "correlation_id" TEXT NOT NULL,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ledger_entry_pkey" PRIMARY KEY ("tenant_id","account_id","entry")
);

-- CreateIndex
CREATE UNIQUE INDEX "product_tenant_id_code_key" ON "product"("tenant_id", "code");

-- CreateIndex
CREATE UNIQUE INDEX "product_tenant_id_key_prefix_key" ON "product"("tenant_id", "key_prefix");

-- CreateIndex
CREATE UNIQUE INDEX "feature_tenant_id_product_id_code_key" ON "feature"("tenant_id", "product_id", "code");

-- CreateIndex
CREATE UNIQUE INDEX "meter_tenant_id_product_id_code_key" ON "meter"("tenant_id", "product_id", "code");

-- CreateIndex
CREATE UNIQUE INDEX "policy_tenant_id_product_id_code_key" ON "policy"("tenant_id", "product_id", "code");

-- CreateIndex
CREATE UNIQUE INDEX "policy_version_tenant_id_policy_id_number_key" ON "policy_version"("tenant_id", "policy_id", "number");

-- CreateIndex
CREATE INDEX "customer_tenant_id_created_at_idx" ON "customer"("tenant_id", "created_at");

-- CreateIndex
CREATE UNIQUE INDEX "customer_tenant_id_name_key" ON "customer"("tenant_id", "name");

-- CreateIndex
CREATE INDEX "customer_member_tenant_id_user_id_idx" ON "customer_member"("tenant_id", "user_id");

-- CreateIndex
CREATE INDEX "customer_member_user_id_idx" ON "customer_member"("user_id");

-- CreateIndex
CREATE INDEX "runtime_event_tenant_id_at_idx" ON "runtime_event"("tenant_id", "at");

-- CreateIndex
CREATE INDEX "runtime_event_tenant_id_license_id_at_idx" ON "runtime_event"("tenant_id", "license_id", "at");

-- CreateIndex
CREATE INDEX "runtime_event_tenant_id_correlation_id_idx" ON "runtime_event"("tenant_id", "correlation_id");

-- CreateIndex
CREATE INDEX "audit_event_tenant_id_subject_id_seq_idx" ON "audit_event"("tenant_id", "subject_id", "seq");

-- CreateIndex
CREATE INDEX "audit_event_tenant_id_correlation_id_idx" ON "audit_event"("tenant_id", "correlation_id");

-- CreateIndex
CREATE INDEX "webhook_delivery_tenant_id_endpoint_id_at_idx" ON "webhook_delivery"("tenant_id", "endpoint_id", "at");

-- CreateIndex
CREATE UNIQUE INDEX "user_email_key" ON "user"("email");

-- CreateIndex
CREATE INDEX "membership_user_id_idx" ON "membership"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "invitation_tenant_id_token_hash_key" ON "invitation"("tenant_id", "token_hash");

-- CreateIndex
CREATE INDEX "license_tenant_id_issued_at_id_idx" ON "license"("tenant_id", "issued_at", "id");

-- CreateIndex
CREATE INDEX "license_tenant_id_customer_id_issued_at_idx" ON "license"("tenant_id", "customer_id", "issued_at");

-- CreateIndex
CREATE INDEX "license_tenant_id_policy_id_issued_at_idx" ON "license"("tenant_id", "policy_id", "issued_at");

-- CreateIndex
CREATE INDEX "license_tenant_id_product_id_issued_at_idx" ON "license"("tenant_id", "product_id", "issued_at");

-- CreateIndex
CREATE INDEX "license_tenant_id_expires_at_idx" ON "license"("tenant_id", "expires_at");

-- CreateIndex
CREATE INDEX "license_tenant_id_key_hint_idx" ON "license"("tenant_id", "key_hint");

-- CreateIndex
CREATE UNIQUE INDEX "license_tenant_id_key_hash_key" ON "license"("tenant_id", "key_hash");

-- CreateIndex
CREATE UNIQUE INDEX "license_tenant_id_status_index_key" ON "license"("tenant_id", "status_index");

-- CreateIndex
CREATE UNIQUE INDEX "activation_tenant_id_license_id_live_fingerprint_key" ON "activation"("tenant_id", "license_id", "live_fingerprint");

-- CreateIndex
CREATE UNIQUE INDEX "pool_tenant_id_license_id_key" ON "pool"("tenant_id", "license_id");

-- CreateIndex
CREATE INDEX "lease_tenant_id_pool_id_granted_at_idx" ON "lease"("tenant_id", "pool_id", "granted_at");

-- CreateIndex
CREATE INDEX "seat_tenant_id_pool_id_holder_idx" ON "seat"("tenant_id", "pool_id", "holder");

-- CreateIndex
CREATE UNIQUE INDEX "lease_tenant_id_pool_id_slot_fence_key" ON "lease"("tenant_id", "pool_id", "slot", "fence");

-- CreateIndex
CREATE UNIQUE INDEX "tenant_slug_key" ON "tenant"("slug");

-- CreateIndex
CREATE INDEX "signing_key_tenant_id_use_status_idx" ON "signing_key"("tenant_id", "use", "status");

-- CreateIndex
CREATE UNIQUE INDEX "signing_key_tenant_id_kid_key" ON "signing_key"("tenant_id", "kid");

-- CreateIndex
CREATE UNIQUE INDEX "api_key_tenant_id_hash_key" ON "api_key"("tenant_id", "hash");

-- CreateIndex
CREATE UNIQUE INDEX "account_tenant_id_license_id_meter_id_key" ON "account"("tenant_id", "license_id", "meter_id");

-- CreateIndex
CREATE INDEX "account_tenant_id_due_at_idx" ON "account"("tenant_id", "due_at");

-- CreateIndex
CREATE INDEX "grant_tenant_id_account_id_priority_expires_at_created_at_idx" ON "grant"("tenant_id", "account_id", "priority", "expires_at", "created_at");

-- CreateIndex
CREATE INDEX "ticket_tenant_id_account_id_issued_at_idx" ON "ticket"("tenant_id", "account_id", "issued_at");

-- CreateIndex
CREATE INDEX "ticket_tenant_id_status_expires_at_idx" ON "ticket"("tenant_id", "status", "expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "ledger_entry_tenant_id_event_id_kind_key" ON "ledger_entry"("tenant_id", "event_id", "kind");

-- CreateIndex
CREATE INDEX "ledger_entry_tenant_id_correlation_id_idx" ON "ledger_entry"("tenant_id", "correlation_id");

-- AddForeignKey
ALTER TABLE "product" ADD CONSTRAINT "product_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "feature" ADD CONSTRAINT "feature_tenant_id_product_id_fkey" FOREIGN KEY ("tenant_id", "product_id") REFERENCES "product"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "meter" ADD CONSTRAINT "meter_tenant_id_product_id_fkey" FOREIGN KEY ("tenant_id", "product_id") REFERENCES "product"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "policy" ADD CONSTRAINT "policy_tenant_id_product_id_fkey" FOREIGN KEY ("tenant_id", "product_id") REFERENCES "product"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "policy_version" ADD CONSTRAINT "policy_version_tenant_id_policy_id_fkey" FOREIGN KEY ("tenant_id", "policy_id") REFERENCES "policy"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "customer" ADD CONSTRAINT "customer_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "customer_member" ADD CONSTRAINT "customer_member_tenant_id_customer_id_fkey" FOREIGN KEY ("tenant_id", "customer_id") REFERENCES "customer"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "customer_member" ADD CONSTRAINT "customer_member_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "webhook_delivery" ADD CONSTRAINT "webhook_delivery_tenant_id_endpoint_id_fkey" FOREIGN KEY ("tenant_id", "endpoint_id") REFERENCES "webhook_endpoint"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "membership" ADD CONSTRAINT "membership_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "membership" ADD CONSTRAINT "membership_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invitation" ADD CONSTRAINT "invitation_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "license" ADD CONSTRAINT "license_tenant_id_customer_id_fkey" FOREIGN KEY ("tenant_id", "customer_id") REFERENCES "customer"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "license" ADD CONSTRAINT "license_tenant_id_product_id_fkey" FOREIGN KEY ("tenant_id", "product_id") REFERENCES "product"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "license" ADD CONSTRAINT "license_tenant_id_policy_id_fkey" FOREIGN KEY ("tenant_id", "policy_id") REFERENCES "policy"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "license" ADD CONSTRAINT "license_tenant_id_policy_version_id_fkey" FOREIGN KEY ("tenant_id", "policy_version_id") REFERENCES "policy_version"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "activation" ADD CONSTRAINT "activation_tenant_id_license_id_fkey" FOREIGN KEY ("tenant_id", "license_id") REFERENCES "license"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "pool" ADD CONSTRAINT "pool_tenant_id_license_id_fkey" FOREIGN KEY ("tenant_id", "license_id") REFERENCES "license"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "seat" ADD CONSTRAINT "seat_tenant_id_pool_id_fkey" FOREIGN KEY ("tenant_id", "pool_id") REFERENCES "pool"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "lease" ADD CONSTRAINT "lease_tenant_id_pool_id_fkey" FOREIGN KEY ("tenant_id", "pool_id") REFERENCES "pool"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "lease" ADD CONSTRAINT "lease_tenant_id_activation_id_fkey" FOREIGN KEY ("tenant_id", "activation_id") REFERENCES "activation"("tenant_id", "id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "tenant_state" ADD CONSTRAINT "tenant_state_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "account" ADD CONSTRAINT "account_tenant_id_license_id_fkey" FOREIGN KEY ("tenant_id", "license_id") REFERENCES "license"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "account" ADD CONSTRAINT "account_tenant_id_meter_id_fkey" FOREIGN KEY ("tenant_id", "meter_id") REFERENCES "meter"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "grant" ADD CONSTRAINT "grant_tenant_id_account_id_fkey" FOREIGN KEY ("tenant_id", "account_id") REFERENCES "account"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ticket" ADD CONSTRAINT "ticket_tenant_id_account_id_fkey" FOREIGN KEY ("tenant_id", "account_id") REFERENCES "account"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;


-- ── What the database refuses, whatever the code does ─────────────────────────────────────────────────────────────

-- Every tenant-owned table goes through this: isolation that holds for the owner too, and only the privileges needed.
-- With no tenant set, current_setting raises: an error, not an empty answer.
CREATE FUNCTION protect_tenant_table(p_table regclass, p_append_only boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', p_table);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', p_table);
  EXECUTE format('CREATE POLICY tenant_isolation ON %s USING (tenant_id = current_setting(''signet.tenant_id'')::uuid)', p_table);
  EXECUTE format('GRANT SELECT, INSERT ON %s TO signet_app', p_table);
  IF NOT p_append_only THEN
    EXECUTE format('GRANT UPDATE ON %s TO signet_app', p_table);
  END IF;
END $$;
REVOKE EXECUTE ON FUNCTION protect_tenant_table FROM PUBLIC;

SELECT protect_tenant_table(name::regclass) FROM unnest(ARRAY[
  'tenant_state', 'invitation', 'customer', 'product', 'feature', 'meter', 'policy', 'license', 'activation', 'pool',
  'seat', 'lease', 'account', '"grant"', 'ticket', 'signing_key', 'api_key', 'webhook_endpoint'
]) AS name;
SELECT protect_tenant_table(name::regclass, p_append_only => true) FROM unnest(ARRAY[
  'policy_version', 'ledger_entry', 'runtime_event', 'audit_event', 'trust_bundle', 'revocation',
  'webhook_delivery'
]) AS name;

-- A person reads its own customer memberships at sign-in, before any tenant is known (signet.user_id); CASE fixes the order.
ALTER TABLE customer_member ENABLE ROW LEVEL SECURITY;
ALTER TABLE customer_member FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON customer_member
  USING (CASE WHEN coalesce(current_setting('signet.user_id', true), '') <> ''
              THEN user_id = current_setting('signet.user_id')::uuid
              ELSE tenant_id = current_setting('signet.tenant_id')::uuid END)
  WITH CHECK (tenant_id = current_setting('signet.tenant_id')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON customer_member TO signet_app;

-- Global tables. Nothing is ever deleted but memberships and spent rate limits.
GRANT SELECT ON instance TO signet_app;
GRANT SELECT, INSERT, UPDATE ON tenant, "user" TO signet_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON membership, rate_limit TO signet_app;

ALTER TABLE instance ADD CONSTRAINT instance_is_one_row CHECK (id);
ALTER TABLE tenant ADD CONSTRAINT tenant_slug_is_a_path_segment CHECK (slug ~ '^[a-z0-9]([a-z0-9-]{0,46}[a-z0-9])?$');
ALTER TABLE tenant_state ADD CONSTRAINT tenant_state_counters_grow_from_zero
  CHECK (trust_seq >= 0 AND next_status_index >= 0 AND audit_seq >= 0);
ALTER TABLE "user" ADD CONSTRAINT user_email_is_lower_case CHECK (email = lower(email));
ALTER TABLE product ADD CONSTRAINT product_key_prefix_is_short CHECK (key_prefix ~ '^[A-Z0-9]{2,12}$');
ALTER TABLE policy_version ADD CONSTRAINT policy_version_counts_from_one CHECK (number >= 1);
ALTER TABLE trust_bundle ADD CONSTRAINT trust_bundle_counts_from_one CHECK (seq >= 1);

-- Active activations never exceed the maximum; lowering the maximum breaks none that exists (the ceiling drains).
ALTER TABLE license ADD CONSTRAINT license_activations_within_maximum CHECK (
  activation_count >= 0
  AND (activations_max IS NULL) = (activations_ceiling IS NULL)
  AND (activations_max IS NULL OR (activations_max >= 0 AND activations_ceiling >= activations_max
                                   AND activation_count <= activations_ceiling)));
ALTER TABLE license ADD CONSTRAINT license_grace_follows_expiry
  CHECK ((expires_at IS NULL) = (grace_until IS NULL) AND (expires_at IS NULL OR grace_until >= expires_at));
ALTER TABLE activation ADD CONSTRAINT activation_counts_while_live CHECK (
  (live_fingerprint IS NULL) = (deactivated_at IS NOT NULL OR revoked_at IS NOT NULL)
  AND (live_fingerprint IS NULL OR live_fingerprint = fingerprint));

ALTER TABLE pool ADD CONSTRAINT pool_seats_not_negative CHECK (seats >= 0);
ALTER TABLE seat ADD CONSTRAINT seat_has_at_most_one_holder CHECK (
  slot >= 1 AND fence >= 0
  AND (lease_id IS NULL) = (holder IS NULL) AND (lease_id IS NULL) = (expires_at IS NULL)
  AND (lease_id IS NOT NULL OR NOT borrowed));
ALTER TABLE lease ADD CONSTRAINT lease_ends_once CHECK ((ended IS NULL) = (ended_at IS NULL));

ALTER TABLE account ADD CONSTRAINT account_never_over_consumed CHECK (
  granted >= 0 AND reserved >= 0 AND spent >= 0 AND overdraft >= 0 AND entry_count >= 0
  AND lapsing BETWEEN 0 AND reserved
  AND granted - reserved - spent >= -overdraft);
ALTER TABLE "grant" ADD CONSTRAINT grant_burns_down CHECK (
  amount > 0 AND remaining >= 0 AND expired >= 0 AND remaining + expired <= amount);
ALTER TABLE ticket ADD CONSTRAINT ticket_ends_once CHECK (
  amount > 0 AND (status = 'pending') = (ended_at IS NULL) AND (status = 'settled') = (used IS NOT NULL)
  AND (used IS NULL OR used BETWEEN 0 AND amount) AND lapsing BETWEEN 0 AND amount
  AND refunded BETWEEN 0 AND coalesce(used, 0) AND (status = 'pending') = (ended_entry IS NULL));
ALTER TABLE ledger_entry ADD CONSTRAINT ledger_entry_counts_from_one CHECK (entry >= 1);
ALTER TABLE ledger_entry ADD CONSTRAINT ledger_entry_debit_is_an_event
  CHECK (kind <> 'debit' OR (spent > 0 AND event_id IS NOT NULL AND occurred_at IS NOT NULL));
ALTER TABLE runtime_event ADD CONSTRAINT runtime_event_denial_has_a_code CHECK ((outcome = 'denied') = (code IS NOT NULL));

-- Rows that are updated in place on the hot path: room on the page, so that an update stays on it (HOT).
ALTER TABLE seat SET (fillfactor = 50);
ALTER TABLE license SET (fillfactor = 80);
ALTER TABLE activation SET (fillfactor = 80);
ALTER TABLE account SET (fillfactor = 50);
