-- AlterTable
ALTER TABLE "tenant_state" ADD COLUMN     "bundle_days" INTEGER NOT NULL DEFAULT 30;

-- AlterTable
ALTER TABLE "signing_key" ADD COLUMN     "announced_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "root_transition" (
    "tenant_id" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "from_x" TEXT NOT NULL,
    "to_x" TEXT NOT NULL,
    "by_old" TEXT NOT NULL,
    "by_new" TEXT NOT NULL,

    CONSTRAINT "root_transition_pkey" PRIMARY KEY ("tenant_id","seq")
);

-- CreateTable
CREATE TABLE "trust_draft" (
    "tenant_id" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "signing_input" TEXT NOT NULL,
    "changes" JSONB NOT NULL,
    "prepared_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "trust_draft_pkey" PRIMARY KEY ("tenant_id")
);

ALTER TABLE tenant_state ADD CONSTRAINT tenant_state_bundle_days_in_bounds CHECK (bundle_days BETWEEN 1 AND 800);

-- A key in force signs alone: two active keys of one use cannot be.
CREATE UNIQUE INDEX signing_key_one_active_a_use ON signing_key (tenant_id, use) WHERE status = 'active';

SELECT protect_tenant_table('root_transition', p_append_only => true);
SELECT protect_tenant_table('trust_draft');
