import type { z } from "zod";
import type { Database } from "../platform/database.ts";
import { present } from "./missing.ts";
import type { listOwnPools } from "./own-input.ts";
import * as store from "./own-store.ts";
import { authorOf, type Owner } from "./owner.ts";
import type { ListHeldSeats } from "./seat-input.ts";
import type { Seats } from "./seat-service.ts";

export type OwnSeats = ReturnType<typeof createOwnSeats>;

/** The seats of a customer's own licenses. What is anybody else's is `not_found`. */
export function createOwnSeats({ database, seats }: { database: Database; seats: Seats }) {
  return {
    pools: (owner: Owner, query: z.output<typeof listOwnPools>) =>
      seats.pools(owner, { ...query, customerId: owner.customerId }),

    async held(owner: Owner, query: ListHeldSeats) {
      await database.withTenant(owner.tenantId, async (tx) =>
        present(await store.findOwnLicense(tx, owner, query.licenseId), "license with seats"),
      );
      return seats.held(owner, query);
    },

    /** Takes a colleague's seat back; the application learns it at its next heartbeat. */
    release: (owner: Owner, leaseId: string) =>
      seats.release(authorOf(owner), leaseId, "", { customerId: owner.customerId }),

    /** Whose changes a customer's live view tells of. */
    pooledLicenses: (owner: Pick<Owner, "tenantId" | "customerId">): Promise<string[]> =>
      database.withTenant(owner.tenantId, (tx) => store.listOwnPooledLicenses(tx, owner)),
  };
}
