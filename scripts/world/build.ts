import { Client } from "pg";
import { storeAudit } from "./audit.ts";
import { storeCatalog } from "./catalog.ts";
import { createDraw } from "./draw.ts";
import { EVENT_DAYS, storeEvents } from "./events.ts";
import { storeDevices, storeLicenses } from "./licenses.ts";
import type { WorldOptions } from "./options.ts";
import { middle, plan, storeCustomers, WORLD_DAYS } from "./plan.ts";
import { rollUp } from "./rollups.ts";
import { storePools, storeSlots } from "./seats.ts";
import { type Connections, makeTenant, openTrust, type WorldTenant } from "./tenant.ts";
import { storeUsage } from "./usage.ts";

const DAY_MS = 86_400_000;

export interface World extends WorldTenant {
  /** How many of what it has. */
  readonly counts: Readonly<Record<string, number>>;
}

/** Shows what is being done while it is, and then that it is done. */
export type Step = <T>(doing: string, done: string, work: () => Promise<T>) => Promise<T>;

/**
 * Makes a tenant with everything that a vendor of that size would have. The same options give the same rows but for the
 * tenant's id and secrets. A world that fails half-way is left as it is: --replace makes it anew.
 */
export async function buildWorld(
  connections: Connections,
  options: WorldOptions,
  step: Step,
): Promise<World> {
  const { licenses, events, seed, until, figureDays, replace } = options;
  const begin = new Date(until.getTime() - WORLD_DAYS * DAY_MS);
  const span = { begin, until };
  const draw = createDraw(seed);
  const keys = openTrust(connections);
  const owner = new Client({ connectionString: connections.ownerUrl });
  await owner.connect();
  try {
    // Should the machine fail, the world is made anew anyway.
    await owner.query(
      "SET synchronous_commit = off; SET work_mem = '256MB'; SET temp_buffers = '512MB'; SET jit = off; SET TIME ZONE 'UTC'",
    );
    const tenant = await step("Making the tenant", "Tenant", () =>
      makeTenant(owner, keys, { seed, replace, createdAt: begin }),
    );
    const { tenantId } = tenant;
    await owner.query("SELECT set_config('signet.tenant_id', $1, false)", [tenantId]);
    const customers = await step(
      "Storing products, policies and customers",
      "Catalog and customers",
      async () => {
        await storeCatalog(owner, draw, { begin, secondVersion: middle(span) });
        return storeCustomers(owner, draw, licenses, begin);
      },
    );
    await step("Planning licenses and devices", "Plan", () => plan(owner, draw, licenses, customers, span));
    const cipher = await keys.vault.cipher(tenantId);
    await step("Storing licenses", "Licenses", () => storeLicenses(owner, cipher, options));
    const devices = await step("Storing devices", "Devices", () => storeDevices(owner, draw, until));
    await step("Storing pools and leases", "Pools and leases", () => storePools(owner, draw, span));
    const entries = await step("Storing usage", "Usage", () => storeUsage(owner, draw, until));
    const audited = await step("Storing the audit log", "Audit log", () =>
      storeAudit(owner, draw, tenantId, licenses),
    );
    await step(`Storing the decisions of ${EVENT_DAYS} days`, "Decisions", () =>
      storeEvents(owner, draw, events, until),
    );
    await step("Gathering statistics", "Statistics", () => owner.query("ANALYZE"));
    await step("Computing figures by hour and day", "Figures", () =>
      rollUp(owner, tenantId, new Date(until.getTime() - figureDays * DAY_MS), until),
    );
    // After the figures, which are of the past: none of it is held then.
    const seats = await step("Storing seats", "Seats", () => storeSlots(owner, draw, span));
    await step("Publishing the trust bundle", "Trust bundle", () =>
      keys.database.withTenant(tenantId, (tx) => keys.trust.publish(tx, tenantId)),
    );
    const counts = { customers, licenses, devices, seats, "ledger entries": entries, decisions: events };
    return { ...tenant, counts: { ...counts, "audit entries": audited } };
  } finally {
    await owner.end();
    await keys.close();
  }
}
