import type { Actor } from "../domain/actor.ts";
import { csvOf } from "../domain/csv.ts";
import { publicId } from "../domain/ids.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import type { FilterLicenses } from "./license-input.ts";
import { type LicenseRow, listLicenses } from "./license-list-store.ts";
import { searchFor } from "./license-search.ts";
import type { Position } from "./page.ts";
import type { Vault } from "./ports.ts";

const READ_AT_ONCE = 1_000;

const COLUMNS: Readonly<Record<string, (row: LicenseRow) => string | number>> = {
  license: ({ id }) => publicId("license", id),
  key_ending: ({ keyHint }) => keyHint,
  state: ({ status }) => status,
  customer: ({ customerName }) => customerName,
  customer_id: ({ customerId }) => publicId("customer", customerId),
  product: ({ productCode }) => productCode,
  policy: ({ policyCode }) => policyCode,
  policy_version: ({ policyVersion }) => policyVersion,
  devices: ({ activationCount }) => activationCount,
  devices_max: ({ activationsMax }) => activationsMax ?? "",
  issued_at: ({ issuedAt }) => issuedAt.toISOString(),
  starts_at: ({ validFrom }) => written(validFrom),
  expires_at: ({ expiresAt }) => written(expiresAt),
  grace_until: ({ graceUntil }) => written(graceUntil),
  note: ({ note }) => note,
};

/**
 * Licenses as CSV, newest first, a thousand at a time: a million of them need no more memory than one page. What is issued
 * meanwhile is not among them, and states are those of the moment it began. Keys are not in it.
 */
export async function* exportLicenses(
  { database, clock, vault }: { database: Database; clock: Clock; vault: Vault },
  { tenantId }: Actor,
  { search: text, ...filter }: FilterLicenses,
  /** These, and no others. */
  ids?: readonly string[],
): AsyncGenerator<string> {
  const now = clock.now();
  const cells = Object.values(COLUMNS);
  yield csvOf([Object.keys(COLUMNS)]);
  let before: Position | undefined;
  for (;;) {
    const rows = await database.withTenant(tenantId, async (tx) => {
      const search = await searchFor(tx, vault, tenantId, text);
      return listLicenses(tx, tenantId, { ...filter, ids, search, before, limit: READ_AT_ONCE }, now);
    });
    const page = rows.slice(0, READ_AT_ONCE);
    const last = page.at(-1);
    if (last === undefined) return;
    yield csvOf(page.map((row) => cells.map((cell) => cell(row))));
    if (rows.length <= READ_AT_ONCE) return;
    before = { at: last.issuedAt, id: last.id };
  }
}

function written(at: Date | null): string {
  return at?.toISOString() ?? "";
}
