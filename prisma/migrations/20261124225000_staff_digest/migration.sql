-- CreateTable
CREATE TABLE "staff_notice" (
    "tenant_id" UUID NOT NULL,
    "event_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "told_on" DATE,

    CONSTRAINT "staff_notice_pkey" PRIMARY KEY ("tenant_id","event_id")
);

-- CreateIndex
CREATE INDEX "staff_notice_tenant_id_told_on_idx" ON "staff_notice"("tenant_id", "told_on");

SELECT protect_tenant_table('"staff_notice"');
