-- Unlogged, which Prisma cannot say: PostgreSQL empties it when it recovers from a crash, and a standby that takes over has it
-- empty. So it tells of every loss of commits that did not wait for the disk, also where the server itself was never restarted.
CREATE UNLOGGED TABLE "database_epoch" (
    "id" BOOLEAN NOT NULL DEFAULT true,
    "began_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "database_epoch_pkey" PRIMARY KEY ("id")
);

ALTER TABLE "database_epoch" ADD CONSTRAINT "database_epoch_is_one_row" CHECK ("id");
GRANT SELECT, INSERT ON "database_epoch" TO signet_app;
