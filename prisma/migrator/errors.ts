/** Why the database cannot be migrated, as one sentence for the operator. */
export class MigrationError extends Error {
  override readonly name = "MigrationError";
}
