-- CreateTable
CREATE TABLE "license_batch" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "request_hash" BYTEA NOT NULL,
    "copy" INTEGER NOT NULL,
    "file_name" TEXT,
    "total" INTEGER NOT NULL,
    "done" INTEGER NOT NULL DEFAULT 0,
    "refused" INTEGER NOT NULL DEFAULT 0,
    "customers_created" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "created_by" UUID,
    "stepped_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "license_batch_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "license_batch_row" (
    "tenant_id" UUID NOT NULL,
    "batch_id" UUID NOT NULL,
    "row" INTEGER NOT NULL,
    "line" INTEGER NOT NULL,
    "plan" JSONB,
    "license_id" UUID,
    "refusal" TEXT,

    CONSTRAINT "license_batch_row_pkey" PRIMARY KEY ("tenant_id","batch_id","row")
);

-- CreateIndex
CREATE INDEX "license_batch_tenant_id_created_at_idx" ON "license_batch"("tenant_id", "created_at");

-- CreateIndex
CREATE UNIQUE INDEX "license_batch_tenant_id_request_hash_copy_key" ON "license_batch"("tenant_id", "request_hash", "copy");

-- AddForeignKey
ALTER TABLE "license_batch_row" ADD CONSTRAINT "license_batch_row_tenant_id_batch_id_fkey" FOREIGN KEY ("tenant_id", "batch_id") REFERENCES "license_batch"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- A row is issued once: it is asked again by whoever goes on, and only while its plan is there.
ALTER TABLE "license_batch_row" ADD CONSTRAINT "license_batch_row_once" CHECK (num_nonnulls("plan", "license_id", "refusal") = 1);
ALTER TABLE "license_batch" ADD CONSTRAINT "license_batch_done" CHECK ("done" BETWEEN 0 AND "total" AND ("finished_at" IS NULL) = ("done" < "total"));

-- Those that somebody must still finish.
CREATE INDEX "license_batch_unfinished_idx" ON "license_batch"("tenant_id", "stepped_at") WHERE "finished_at" IS NULL;

SELECT protect_tenant_table('"license_batch"');
SELECT protect_tenant_table('"license_batch_row"');
