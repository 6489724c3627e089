-- CreateEnum
CREATE TYPE "mail_link_kind" AS ENUM ('sign_up', 'password_reset', 'sign_in');

-- CreateTable
CREATE TABLE "mail_link" (
    "id" UUID NOT NULL,
    "kind" "mail_link_kind" NOT NULL,
    "email" TEXT NOT NULL,
    "token_hash" BYTEA NOT NULL,
    "said" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "mail_link_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "mail_link_token_hash_key" ON "mail_link"("token_hash");

-- CreateIndex
CREATE INDEX "mail_link_email_idx" ON "mail_link"("email");

-- CreateIndex
CREATE INDEX "mail_link_expires_at_idx" ON "mail_link"("expires_at");

-- What is past its use is to be gone.
GRANT SELECT, INSERT, UPDATE, DELETE ON mail_link TO signet_app;
