import type { Actor } from "../domain/actor.ts";
import { csvOf } from "../domain/csv.ts";
import { publicId } from "../domain/ids.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import type { FilterLicenses } from "./license-input.ts";
import { type LicenseQuery, type LicenseRow, listLicenses } from "./license-list-store.ts";
import { isCut, searchFor, searchIsCut } from "./license-search.ts";
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
export async function exportLicenses(
  { database, clock, vault }: { database: Database; clock: Clock; vault: Vault },
  { tenantId }: Actor,
  { search: text, ...filter }: FilterLicenses,
  /** These, and no others. */
  ids?: readonly string[],
): Promise<AsyncGenerator<string>> {
  const search = await database.withTenant(tenantId, (tx) => searchFor(tx, vault, tenantId, text));
  // Said before the first line is sent: afterwards a file could only break off.
  if (isCut(search)) throw searchIsCut();
  return linesOf(database, tenantId, { ...filter, ids, search }, clock.now());
}

async function* linesOf(
  database: Database,
  tenantId: string,
  query: Omit<LicenseQuery, "before" | "limit">,
  now: Date,
): AsyncGenerator<string> {
  const cells = Object.values(COLUMNS);
  yield csvOf([Object.keys(COLUMNS)]);
  let before: Position | undefined;
  for (;;) {
    const rows = await database.withTenant(tenantId, (tx) =>
      listLicenses(tx, tenantId, { ...query, before, limit: READ_AT_ONCE }, now),
    );
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
