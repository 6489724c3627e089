-- CreateTable
CREATE TABLE "audit_checkpoint" (
    "tenant_id" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "hash" TEXT NOT NULL,
    "jws" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "audit_checkpoint_pkey" PRIMARY KEY ("tenant_id","seq")
);

SELECT protect_tenant_table('"audit_checkpoint"', p_append_only => true);
