-- CreateEnum
CREATE TYPE "lab_scenario" AS ENUM ('online', 'seats', 'usage', 'air_gapped');

-- CreateEnum
CREATE TYPE "lab_outcome" AS ENUM ('passed', 'failed', 'stopped');

-- AlterTable
ALTER TABLE "customer" ADD COLUMN     "lab" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "product" ADD COLUMN     "lab" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "lab_run" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "scenario" "lab_scenario" NOT NULL,
    "license_id" UUID NOT NULL,
    "started_by" UUID NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "lease_until" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "outcome" "lab_outcome",
    "steps" JSONB NOT NULL,

    CONSTRAINT "lab_run_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateIndex
CREATE INDEX "lab_run_tenant_id_scenario_started_at_idx" ON "lab_run"("tenant_id", "scenario", "started_at");

-- One run at a time of each scenario; who comes second finds it.
CREATE UNIQUE INDEX "lab_run_running" ON "lab_run"("tenant_id", "scenario") WHERE "ended_at" IS NULL;

SELECT protect_tenant_table('"lab_run"');
