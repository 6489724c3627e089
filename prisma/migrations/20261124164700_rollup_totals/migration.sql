-- AlterTable
ALTER TABLE "license" ADD COLUMN     "issued_type" TEXT;

-- AlterTable
ALTER TABLE "rollup" ADD COLUMN     "example" TEXT;

-- CreateTable
CREATE TABLE "rollup_total" (
    "tenant_id" UUID NOT NULL,
    "metric" TEXT NOT NULL,
    "size" TEXT NOT NULL,
    "start" TIMESTAMPTZ(3) NOT NULL,
    "product_id" UUID NOT NULL,
    "dimension" TEXT NOT NULL,
    "value" BIGINT NOT NULL,
    "example" TEXT,

    CONSTRAINT "rollup_total_pkey" PRIMARY KEY ("tenant_id","metric","size","start","product_id","dimension")
);

-- CreateIndex
CREATE INDEX "rollup_tenant_id_customer_id_metric_size_start_idx" ON "rollup"("tenant_id", "customer_id", "metric", "size", "start");

-- Trials only, so that it costs other licenses nothing.
CREATE INDEX "license_trials_idx" ON "license"("tenant_id", "issued_at") WHERE coalesce(issued_type, effective->>'type') = 'trial';

-- The totals of what has been rolled up so far. Row-level security is forced on the owner too, and no tenant is set here; it
-- is lifted inside this transaction, under an exclusive lock.
ALTER TABLE "rollup" NO FORCE ROW LEVEL SECURITY;
INSERT INTO "rollup_total" (tenant_id, metric, size, start, product_id, dimension, value)
SELECT tenant_id, metric, size, start, product_id, CASE metric WHEN 'seats_peak' THEN '' ELSE dimension END, sum(value)
  FROM "rollup" GROUP BY 1, 2, 3, 4, 5, 6;
ALTER TABLE "rollup" FORCE ROW LEVEL SECURITY;

SELECT protect_tenant_table('"rollup_total"');
