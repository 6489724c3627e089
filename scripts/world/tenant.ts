import type { Client } from "pg";
import { hashPassword } from "#server/auth/passwords.ts";
import { systemClock } from "#server/platform/clock.ts";
import { createDatabase } from "#server/platform/database.ts";
import { newUuid, randomSecret } from "#server/platform/ids.ts";
import { localKeyWrapper } from "#server/platform/master-key.ts";
import { createTrust } from "#server/trust/service.ts";
import { createVault } from "#server/trust/vault.ts";
import { LaunchFailure } from "../launcher/failure.ts";

export interface Connections {
  /** The owner's, whom row-level security may or may not bind. */
  readonly ownerUrl: string;
  /** The processes'. */
  readonly appUrl: string;
  readonly masterKey: string;
}

/** The keys of tenants, as the processes hold them. */
export function openTrust({ appUrl, masterKey }: Connections) {
  const database = createDatabase({ url: appUrl, poolSize: 2 });
  const vault = createVault({ database, keyWrapper: localKeyWrapper(masterKey) });
  const trust = createTrust({ database, clock: systemClock, vault });
  return { database, vault, trust, close: () => database.close() };
}

export interface WorldTenant {
  readonly tenantId: string;
  readonly slug: string;
  readonly email: string;
  readonly password: string;
}

/**
 * A tenant of the world's own with an owner who can sign in, and nobody else. Throws a LaunchFailure where it is there and is
 * not to be replaced, or has people, who then use it.
 */
export async function makeTenant(
  owner: Client,
  { database, trust }: ReturnType<typeof openTrust>,
  world: { readonly seed: number; readonly replace: boolean; readonly createdAt: Date },
): Promise<WorldTenant> {
  const slug = `world-${world.seed}`;
  const email = `owner@${slug}.example`;
  const known = await owner.query<{ id: string }>("SELECT id FROM tenant WHERE slug = $1", [slug]);
  const [old] = known.rows;
  if (old !== undefined) {
    if (!world.replace) {
      throw new LaunchFailure(
        `There is a tenant ${slug} already, which is left as it is; take another --seed, or --replace it.`,
      );
    }
    await refuseForeign(owner, old.id, slug, email);
    await deleteTenant(owner, old.id);
  }
  const [tenantId, password] = [newUuid(), randomSecret(12)];
  const user = { email, name: "World owner", passwordHash: await hashPassword(password) };
  await database.withTenant(tenantId, async (tx) => {
    const { id: userId } = await tx.user.upsert({
      where: { email },
      create: { id: newUuid(), ...user },
      update: user,
    });
    const name = `World ${world.seed}`;
    await tx.tenant.create({ data: { id: tenantId, slug, name, mode: "trial", createdAt: world.createdAt } });
    await tx.membership.create({ data: { tenantId, userId, role: "owner", createdAt: world.createdAt } });
    await trust.provision(tx, tenantId);
  });
  return { tenantId, slug, email, password };
}

/** Whoever invited people to a tenant of this name uses it. */
async function refuseForeign(owner: Client, tenantId: string, slug: string, email: string): Promise<void> {
  const { rows } = await owner.query(
    `SELECT 1 FROM membership m JOIN "user" u ON u.id = m.user_id WHERE m.tenant_id = $1 AND u.email <> $2`,
    [tenantId, email],
  );
  if (rows.length > 0)
    throw new LaunchFailure(
      `The tenant ${slug} has people besides its owner, so it is not deleted; take another --seed.`,
    );
}

/** Deletes every row of a tenant, those that point to others first. */
async function deleteTenant(owner: Client, tenantId: string): Promise<void> {
  await owner.query("SELECT set_config('signet.tenant_id', $1, false)", [tenantId]);
  const { rows } = await owner.query<{ name: string; targets: string[] }>(
    `SELECT c.oid::regclass::text AS name,
            ARRAY(SELECT DISTINCT f.confrelid::regclass::text FROM pg_constraint f
                   WHERE f.conrelid = c.oid AND f.contype = 'f' AND f.confrelid <> c.oid) AS targets
       FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'`,
  );
  let left = rows;
  while (left.length > 0) {
    const free = left.filter(({ name }) => left.every(({ targets }) => !targets.includes(name)));
    if (free.length === 0) throw new Error("Tables point to each other in a circle.");
    for (const { name } of free) await owner.query(`DELETE FROM ${name} WHERE tenant_id = $1`, [tenantId]);
    left = left.filter((table) => !free.includes(table));
  }
  await owner.query("DELETE FROM tenant WHERE id = $1", [tenantId]);
}
