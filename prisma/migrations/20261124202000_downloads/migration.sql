-- CreateTable
CREATE TABLE "download" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "product_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "version" TEXT NOT NULL DEFAULT '',
    "platform" TEXT NOT NULL DEFAULT '',
    "url" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "removed_at" TIMESTAMPTZ(3),

    CONSTRAINT "download_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateIndex
CREATE INDEX "download_tenant_id_product_id_idx" ON "download"("tenant_id", "product_id");

-- Lifted inside this transaction: the key is checked as the owner, who on managed PostgreSQL is no superuser (customer_invitations).
ALTER TABLE "product" NO FORCE ROW LEVEL SECURITY;

-- AddForeignKey
ALTER TABLE "download" ADD CONSTRAINT "download_tenant_id_product_id_fkey" FOREIGN KEY ("tenant_id", "product_id") REFERENCES "product"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "product" FORCE ROW LEVEL SECURITY;

SELECT protect_tenant_table('"download"');

ALTER TABLE download ADD CONSTRAINT download_is_https CHECK (url LIKE 'https://%');
