import { createHash } from "node:crypto";
import type { Actor } from "../domain/actor.ts";
import { BULK_LICENSES_MAX } from "../domain/bulk-change.ts";
import { SignetError } from "../domain/errors.ts";
import { publicId } from "../domain/ids.ts";
import { policyRules } from "../domain/policy.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { beginBatch } from "./license-batch-begin.ts";
import { insertChangeRows, listRefused } from "./license-batch-store.ts";
import { decideAll, mayBeUsed, newestTargets } from "./license-bulk-decide.ts";
import type { ChangeMany, ChangeRow, ChosenLicenses, PreviewChange } from "./license-bulk-input.ts";
import * as store from "./license-bulk-store.ts";
import type { FilterLicenses } from "./license-input.ts";
import { type LicenseQuery, listLicenseIds } from "./license-list-store.ts";
import { isCut, searchFor, searchIsCut } from "./license-search.ts";
import type { Tx, Vault } from "./ports.ts";
import type { Found } from "./search-terms.ts";

const REFUSED_TOLD_MAX = 1_000;
/** Of those that are refused for one reason. */
const EXAMPLES_TOLD_MAX = 3;

/** Many licenses changed by one request: looked at first, in numbers, then written down as a batch that steps do. */
export function createBulkChanges({
  database,
  clock,
  vault,
}: {
  database: Database;
  clock: Clock;
  vault: Vault;
}) {
  /** Newest first, at most one more than may be changed at once; cut where a search by words may have left some out. */
  async function idsOf(tx: Tx, tenantId: string, chosen: ChosenLicenses): Promise<Found> {
    const limit = BULK_LICENSES_MAX;
    const list = (query: Omit<LicenseQuery, "limit">) =>
      listLicenseIds(tx, tenantId, { ...query, limit }, clock.now());
    if ("ids" in chosen) return { ids: await list({ ids: chosen.ids }), isCut: false };
    const { search: text, ...filter } = chosen.filter;
    const search = await searchFor(tx, vault, tenantId, text);
    return { ids: await list({ ...filter, search }), isCut: isCut(search) };
  }

  /** Throws `invalid_request` where there are none, or more than may be changed at once. */
  async function look(tx: Tx, tenantId: string, { licenses, change }: PreviewChange) {
    const { ids, isCut: mayLack } = await idsOf(tx, tenantId, licenses);
    if (mayLack) throw searchIsCut();
    if (ids.length === 0)
      throw new SignetError("invalid_request", "None of these licenses is there; look at the list again.");
    if (ids.length > BULK_LICENSES_MAX) {
      throw new SignetError(
        "invalid_request",
        `More than ${BULK_LICENSES_MAX.toLocaleString("en")} licenses match; narrow the list, and change it in parts.`,
      );
    }
    const found = await store.findLicenses(tx, tenantId, ids);
    const targets = await newestTargets(tx, tenantId, change.action === "move" ? found : []);
    const decided = decideAll(found, change, targets, clock.now());
    const applies = decided.filter(({ decision }) => "change" in decision);
    const rows: ChangeRow[] = decided.map(({ license: { id }, decision }) =>
      "version" in decision ? { licenseId: id, versionId: decision.version.id } : { licenseId: id },
    );
    const seen = createHash("sha256")
      .update(JSON.stringify([change.action, rows, applies.map(({ license }) => license.id)]))
      .digest("base64url");
    return { rows, decided, applies, seen };
  }

  return {
    /** How many licenses a list shows over all its pages, as far as they may be changed at once. */
    async countMatching({ tenantId }: Actor, filter: FilterLicenses) {
      const { ids, isCut: mayLack } = await database.withTenant(tenantId, (tx) =>
        idsOf(tx, tenantId, { filter }),
      );
      const more = mayLack || ids.length > BULK_LICENSES_MAX;
      return { count: Math.min(ids.length, BULK_LICENSES_MAX), more };
    },

    /** What a change would do, in numbers, and to which licenses it can do nothing, with why; changes nothing. */
    async previewChange({ tenantId }: Actor, request: PreviewChange) {
      return database.withTenant(tenantId, async (tx) => {
        const now = clock.now();
        const { decided, applies, seen } = await look(tx, tenantId, request);
        const seats = await store.seatsOf(
          tx,
          tenantId,
          applies.map(({ license }) => license.id),
          now,
        );
        const refused = decided.flatMap(({ license, decision }) =>
          "refusal" in decision ? [{ ...license, refusal: decision.refusal }] : [],
        );
        return {
          seen,
          total: decided.length,
          applies: applies.length,
          devices: applies.reduce((sum, { license }) => sum + license.activationCount, 0),
          seats,
          /** How long a device that asks nobody goes on at most. */
          offlineSecondsMax: Math.max(
            0,
            ...applies.map(({ license }) =>
              license.activationCount === 0 ? 0 : license.activationTokenTtlSeconds,
            ),
          ),
          /** Those that could not be used and then can. */
          revived: applies.filter(
            ({ license, decision }) =>
              "times" in decision && !mayBeUsed(license, now) && mayBeUsed(decision.times, now),
          ).length,
          /** Those that get a version with fewer devices than they have. */
          overFull: applies.filter(({ license, decision }) => {
            if (!("version" in decision)) return false;
            const { activationsMax } = policyRules.parse(decision.version.rules);
            return activationsMax !== null && license.activationCount > activationsMax;
          }).length,
          refused: [...Map.groupBy(refused, ({ refusal }) => refusal)].map(([reason, of]) => ({
            reason,
            count: of.length,
            licenses: of.slice(0, EXAMPLES_TOLD_MAX).map(({ id, keyHint }) => ({ id, keyHint })),
          })),
        };
      });
    },

    /**
     * Begins what the preview showed; steps do it. Throws `invalid_request` where it would no longer do just that, and
     * `idempotency_conflict` where the request's id is another's.
     */
    async beginChange(actor: Actor, request: ChangeMany): Promise<{ id: string }> {
      const { tenantId } = actor;
      const { requestId, change } = request;
      const requestHash = createHash("sha256")
        .update(JSON.stringify({ changeMany: request }))
        .digest();
      return database.withTenant(tenantId, async (tx) => {
        const batch = { id: requestId, requestHash, copy: 0, fileName: null, change };
        const begun = async () => {
          const { rows, applies, seen } = await look(tx, tenantId, request);
          if (seen !== request.seen) {
            throw new SignetError(
              "invalid_request",
              "These licenses have changed since you looked, so nothing was done; look at the numbers again.",
            );
          }
          if (applies.length === 0)
            throw new SignetError("invalid_request", "There is no license that this can be done to.");
          return { total: rows.length, insert: () => insertChangeRows(tx, tenantId, requestId, rows) };
        };
        return { id: await beginBatch(tx, actor, clock, batch, begun) };
      });
    },

    /** The licenses that a batch could not change, with why. */
    async refusedOf({ tenantId }: Actor, batchId: string) {
      const rows = await database.withTenant(tenantId, (tx) =>
        listRefused(tx, tenantId, batchId, REFUSED_TOLD_MAX),
      );
      return rows.map(({ licenseId, ...row }) => ({ ...row, licenseId: publicId("license", licenseId) }));
    },
  };
}
