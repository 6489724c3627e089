-- CreateTable
CREATE TABLE "mail_preference" (
    "tenant_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "off" BOOLEAN NOT NULL,
    "changed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "mail_preference_pkey" PRIMARY KEY ("tenant_id","user_id","kind")
);

-- AddForeignKey
ALTER TABLE "mail_preference" ADD CONSTRAINT "mail_preference_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

SELECT protect_tenant_table('"mail_preference"');
