-- CreateTable
CREATE TABLE "license_tally" (
    "tenant_id" UUID NOT NULL,
    "counted_at" TIMESTAMPTZ(3) NOT NULL,
    "licenses" JSONB NOT NULL,
    "devices" INTEGER NOT NULL,

    CONSTRAINT "license_tally_pkey" PRIMARY KEY ("tenant_id")
);

SELECT protect_tenant_table('"license_tally"');

-- Those of a rare state, newest first: found without passing over all the others. Nothing on a hot path moves a license in or out.
CREATE INDEX "license_revoked_idx" ON "license"("tenant_id", "issued_at", "id") WHERE "revoked_at" IS NOT NULL;
CREATE INDEX "license_suspended_idx" ON "license"("tenant_id", "issued_at", "id") WHERE "revoked_at" IS NULL AND "suspended_at" IS NOT NULL;
