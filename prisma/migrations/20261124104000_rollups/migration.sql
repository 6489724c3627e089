-- CreateTable
CREATE TABLE "rollup" (
    "tenant_id" UUID NOT NULL,
    "metric" TEXT NOT NULL,
    "size" TEXT NOT NULL,
    "start" TIMESTAMPTZ(3) NOT NULL,
    "product_id" UUID NOT NULL,
    "customer_id" UUID NOT NULL,
    "dimension" TEXT NOT NULL,
    "value" BIGINT NOT NULL,

    CONSTRAINT "rollup_pkey" PRIMARY KEY ("tenant_id","metric","size","start","product_id","customer_id","dimension")
);

-- CreateTable
CREATE TABLE "rollup_watermark" (
    "tenant_id" UUID NOT NULL,
    "complete_until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "rollup_watermark_pkey" PRIMARY KEY ("tenant_id")
);

-- CreateIndex
CREATE INDEX "lease_granted_at_ended_at_idx" ON "lease" USING BRIN ("granted_at", "ended_at") WITH (autosummarize = on);

-- CreateIndex
CREATE INDEX "ledger_entry_recorded_at_idx" ON "ledger_entry" USING BRIN ("recorded_at") WITH (autosummarize = on);

SELECT protect_tenant_table('"rollup"');

SELECT protect_tenant_table('"rollup_watermark"');
