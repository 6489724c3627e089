-- AlterTable
ALTER TABLE "instance" ADD COLUMN "last_backup_at" TIMESTAMPTZ(3),
ADD COLUMN "restored_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "seat" ADD COLUMN "fence_floor" BIGINT NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "process_presence" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "host" TEXT NOT NULL,
    "pid" INTEGER NOT NULL,
    "version" TEXT NOT NULL,
    "master_key_check" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "process_presence_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "job_state" (
    "job" TEXT NOT NULL,
    "last_done_at" TIMESTAMPTZ(3),
    "last_failed_at" TIMESTAMPTZ(3),
    "failures_in_row" INTEGER NOT NULL DEFAULT 0,
    "duration_ms" INTEGER NOT NULL DEFAULT 0,
    "waiting" INTEGER,
    "waiting_seen_at" TIMESTAMPTZ(3),

    CONSTRAINT "job_state_pkey" PRIMARY KEY ("job")
);

-- CreateTable
CREATE TABLE "instance_figure" (
    "name" TEXT NOT NULL,
    "value" DOUBLE PRECISION NOT NULL,
    "computed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "instance_figure_pkey" PRIMARY KEY ("name")
);

-- A process that ends well takes its own row with it; nothing else here is ever deleted.
GRANT SELECT, INSERT, UPDATE, DELETE ON "process_presence" TO signet_app;
GRANT SELECT, INSERT, UPDATE ON "job_state", "instance_figure" TO signet_app;

ALTER TABLE "seat" ADD CONSTRAINT "seat_fence_floor_not_negative" CHECK ("fence_floor" >= 0);
