-- AlterTable
ALTER TABLE "tenant" ADD COLUMN     "trial_ends_at" TIMESTAMPTZ(3),
ADD COLUMN     "trial_licenses" INTEGER;

-- Limits come and go together, and only a trial has any.
ALTER TABLE tenant ADD CONSTRAINT tenant_trial_limits
  CHECK ((trial_licenses IS NULL) = (trial_ends_at IS NULL)
         AND (trial_licenses IS NULL OR (trial_licenses > 0 AND mode = 'trial')));
