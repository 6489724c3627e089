-- AlterTable
ALTER TABLE "license_batch" ADD COLUMN "change" JSONB;

-- A row is done once: its plan is there until it is. Of a change that was refused, the license is known too.
ALTER TABLE "license_batch_row" DROP CONSTRAINT "license_batch_row_once";
ALTER TABLE "license_batch_row" ADD CONSTRAINT "license_batch_row_once" CHECK (("plan" IS NULL) = (num_nonnulls("license_id", "refusal") > 0));
