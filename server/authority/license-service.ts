import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { createIssuing } from "./license-issue.ts";
import { createLifecycle } from "./license-lifecycle.ts";
import { createLicenseQueries } from "./license-query.ts";
import { createLicenseTerms } from "./license-terms-service.ts";
import { createTransfers } from "./license-transfer.ts";
import { createTransitions } from "./license-transitions.ts";
import type { Certificates, Devices, Notices, SeatChanges, Trust, Vault } from "./ports.ts";

export type Licenses = ReturnType<typeof createLicenses>;

/** Grants to customers. A method that names a license throws `not_found` when the tenant has none of that id. */
export function createLicenses(deps: {
  database: Database;
  clock: Clock;
  vault: Vault;
  trust: Pick<Trust, "publish">;
  devices: Devices;
  certificates: Certificates;
  seatChanges: SeatChanges;
  notices: Notices;
}) {
  return {
    ...createIssuing(deps),
    ...createLicenseQueries(deps),
    ...createLifecycle(deps),
    ...createTransfers(deps),
    ...createLicenseTerms(deps),
    ...createTransitions(deps),
  };
}
