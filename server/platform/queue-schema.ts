import { runMigrations } from "bullmq";
import type { ClientBase } from "pg";

/** The PostgreSQL schema of the job queue's own tables, beside Signet's and never mixed with them. */
export const QUEUE_SCHEMA = "bullmq";

/**
 * Brings the queue's tables to the version this BullMQ needs. Run by the migrator, as the owner and after the schema was
 * made, because the role of the processes may not make schemas, which BullMQ asks for even when there is nothing to make.
 */
export async function migrateQueue(owner: ClientBase, role: string): Promise<void> {
  await runMigrations(owner, QUEUE_SCHEMA);
  await owner.query(`
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${QUEUE_SCHEMA} TO ${role};
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${QUEUE_SCHEMA} TO ${role};`);
}
