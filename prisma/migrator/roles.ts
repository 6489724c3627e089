import { Client } from "pg";

/** The role the processes connect as: it owns no table, so row-level security binds it. */
export const APP_ROLE = "signet_app";

/**
 * Makes the processes' role and the job queue's schema where they are missing. With `appUrl` its password becomes the
 * role's; without, an operator made the role and set it. Safe to repeat.
 */
export async function ensureRoles(owner: Client, appUrl: string | undefined): Promise<void> {
  await owner.query(`
    DO $$ BEGIN
      CREATE ROLE ${APP_ROLE} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END $$`);
  if (appUrl !== undefined && !(await canConnect(appUrl))) {
    const password = decodeURIComponent(new URL(appUrl).password);
    await owner.query(`ALTER ROLE ${APP_ROLE} LOGIN PASSWORD ${owner.escapeLiteral(password)}`);
  }
  const { rows } = await owner.query<{ superuser: boolean }>(
    "SELECT rolsuper AS superuser FROM pg_roles WHERE rolname = current_user",
  );
  // Only a member may hand a schema to a role, and a managed PostgreSQL gives no superuser.
  if (rows[0]?.superuser !== true) await owner.query(`GRANT ${APP_ROLE} TO CURRENT_USER`);
  await owner.query(`CREATE SCHEMA IF NOT EXISTS bullmq AUTHORIZATION ${APP_ROLE}`);
}

async function canConnect(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
