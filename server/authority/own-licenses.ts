import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import type { ListOwnLicenses } from "./license-input.ts";
import { listLicenses } from "./license-list-store.ts";
import * as store from "./license-store.ts";
import { pageOf, readCursor } from "./page.ts";

/** A customer's own view: the rows are theirs by these two ids, whatever they ask for. */
export interface Owner {
  readonly tenantId: string;
  readonly customerId: string;
}

/** What the people of an end customer may see of its licenses: nothing of others', and none of the vendor's notes. */
export function createOwnLicenses({ database, clock }: { database: Database; clock: Clock }) {
  return {
    /** Newest first, with the devices in use on each. */
    async listOwn({ tenantId, customerId }: Owner, { cursor, limit }: ListOwnLicenses) {
      const before = readCursor(cursor);
      return database.withTenant(tenantId, async (tx) => {
        const rows = await listLicenses(tx, tenantId, { customerId, before, limit }, clock.now());
        const page = pageOf(rows, limit, ({ issuedAt, id }) => ({ at: issuedAt, id }));
        const devices = await store.listLiveDevices(
          tx,
          tenantId,
          page.items.map(({ id }) => id),
        );
        const devicesOf = Map.groupBy(devices, ({ licenseId }) => licenseId);
        return {
          ...page,
          items: page.items.map((row) => ({ ...row, devices: devicesOf.get(row.id) ?? [] })),
        };
      });
    },
  };
}
