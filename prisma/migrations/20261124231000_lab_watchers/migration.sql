-- AlterTable
ALTER TABLE "lab_run" ADD COLUMN     "watchers" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "why" TEXT;
