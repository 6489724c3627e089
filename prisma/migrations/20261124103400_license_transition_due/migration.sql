-- When a license's announced status stops being true; null: never. The sweep that announces reads only licenses that are due.
ALTER TABLE "license" ADD COLUMN "transition_due_at" TIMESTAMPTZ(3) GENERATED ALWAYS AS (CASE
  WHEN revoked_at IS NOT NULL THEN CASE WHEN announced_status <> 'revoked' THEN '-infinity'::timestamptz END
  WHEN suspended_at IS NOT NULL THEN CASE WHEN announced_status <> 'suspended' THEN '-infinity'::timestamptz END
  WHEN announced_status = 'pending' THEN valid_from
  WHEN valid_from IS NULL THEN '-infinity'::timestamptz
  WHEN announced_status = 'active' THEN expires_at
  WHEN expires_at IS NULL THEN '-infinity'::timestamptz
  WHEN announced_status = 'grace' THEN grace_until
  WHEN announced_status <> 'expired' THEN '-infinity'::timestamptz
END) STORED;

-- CreateIndex
CREATE INDEX "license_tenant_id_transition_due_at_idx" ON "license"("tenant_id", "transition_due_at");
