-- CreateTable
CREATE TABLE "incident" (
    "tenant_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "subject_kind" TEXT NOT NULL,
    "subject_id" UUID NOT NULL,
    "expected" JSONB NOT NULL,
    "actual" JSONB NOT NULL,
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "resolved_at" TIMESTAMPTZ(3),

    CONSTRAINT "incident_pkey" PRIMARY KEY ("tenant_id","kind","subject_id")
);

-- CreateTable
CREATE TABLE "sweep_cursor" (
    "tenant_id" UUID NOT NULL,
    "sweep" TEXT NOT NULL,
    "after_id" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sweep_cursor_pkey" PRIMARY KEY ("tenant_id","sweep")
);

-- CreateIndex
CREATE INDEX "incident_tenant_id_resolved_at_last_seen_at_idx" ON "incident"("tenant_id", "resolved_at", "last_seen_at");

SELECT protect_tenant_table('"incident"');
SELECT protect_tenant_table('"sweep_cursor"');
