import type { Actor } from "../domain/actor.ts";
import { explainDecision, type RecordedFacts } from "../domain/explain.ts";
import { policyRules } from "../domain/policy.ts";
import type { Database } from "../platform/database.ts";
import { withActorNames } from "./audit-store.ts";
import { licenseKeyHash } from "./license-keys.ts";
import { present } from "./missing.ts";
import type { Tx, Vault } from "./ports.ts";
import type { ReadStory } from "./story-input.ts";
import * as store from "./story-store.ts";

export type Stories = ReturnType<typeof createStories>;

/** Of each kind of thing; an older rest is told by `since`. */
const SHOWN_MAX = 500;
/** Decisions of a license looked through for those about a part of it: some 50 ms. */
const SEARCHED_MAX = 50_000;

/** What happened, in order, and why: decisions, ledger entries, changes, and the tickets and leases they touched. */
export function createStories({
  database,
  vault,
  searchedMax = SEARCHED_MAX,
}: {
  database: Database;
  vault: Vault;
  searchedMax?: number;
}) {
  return {
    /**
     * Oldest first. `changesOf` leaves out what was done to other kinds of things than licenses, for readers who may not see
     * the audit log. Throws `not_found` when the tenant has no such thing; a request nobody made has an empty story.
     */
    async read(
      actor: Actor,
      of: ReadStory,
      { changesOf }: { readonly changesOf: "everything" | "licenses" },
    ) {
      const { tenantId } = actor;
      const keyHash = of.of === "licenseKey" ? await licenseKeyHash(vault, tenantId, of.key) : undefined;
      return database.withTenant(tenantId, async (tx) => {
        const found =
          of.of === "request"
            ? await ofRequest(tx, tenantId, of.correlationId, changesOf)
            : await ofThing(tx, tenantId, of, keyHash, searchedMax);
        return tell(tx, tenantId, found);
      });
    },
  };
}

interface Found {
  readonly decisions: Awaited<ReturnType<typeof store.listDecisions>>;
  readonly entries: Awaited<ReturnType<typeof store.listEntriesOfAccount>>;
  readonly changes: Awaited<ReturnType<typeof store.listChanges>>;
  readonly tickets: Awaited<ReturnType<typeof store.listTickets>>;
  readonly leases: Awaited<ReturnType<typeof store.listLeases>>;
  /** Where only what other records name was looked for, because the license decided too much; null: nowhere. */
  readonly unsearched: { readonly from: Date | null; readonly until: Date | null } | null;
}

async function ofRequest(
  tx: Tx,
  tenantId: string,
  correlationId: string,
  changesOf: "everything" | "licenses",
): Promise<Found> {
  const kind = changesOf === "licenses" ? "license" : undefined;
  const decisions = await store.listDecisions(tx, tenantId, { correlationId }, SHOWN_MAX);
  const entries = await store.listEntriesOfRequest(tx, tenantId, correlationId, SHOWN_MAX);
  const changes = await store.listChanges(tx, tenantId, { correlationId }, kind, SHOWN_MAX);
  const ids = entries.flatMap(({ reference }) => reference ?? []);
  const tickets = await store.listTickets(tx, tenantId, { id: { in: [...new Set(ids)] } }, SHOWN_MAX);
  const leases = [];
  for (const { licenseId, activationId, operation, outcome, at } of decisions) {
    if (operation !== "checkout" || outcome !== "granted" || licenseId === null || activationId === null)
      continue;
    leases.push(
      ...(await store.listLeases(tx, tenantId, { licenseId, activationId, grantedAt: { in: [at] } }, 1)),
    );
  }
  return { decisions, entries, changes, tickets, leases, unsearched: null };
}

async function ofThing(
  tx: Tx,
  tenantId: string,
  of: Exclude<ReadStory, { of: "request" }>,
  keyHash: Buffer<ArrayBuffer> | undefined,
  searchedMax: number,
): Promise<Found> {
  const decisionsAbout = (about: About, time: store.SearchedTime) =>
    decisionsOf(tx, tenantId, about, time, searchedMax);
  const none = { entries: [], changes: [], tickets: [], leases: [], unsearched: null };
  switch (of.of) {
    case "license":
      return ofLicense(tx, tenantId, present(await store.findLicenseById(tx, tenantId, of.id), "license").id);
    case "licenseKey": {
      const license = keyHash && (await store.findLicenseByKey(tx, tenantId, keyHash));
      return ofLicense(tx, tenantId, present(license, "license").id);
    }
    case "activation": {
      const device = present(await store.findDevice(tx, tenantId, of.id), "device");
      const { id, licenseId, createdAt, lastSeenAt, deactivatedAt, revokedAt } = device;
      const accountId = { in: await store.listAccountIds(tx, tenantId, licenseId) };
      const tickets = await store.listTickets(tx, tenantId, { accountId, activationId: id }, SHOWN_MAX);
      const leases = await store.listLeases(tx, tenantId, { licenseId, activationId: id }, SHOWN_MAX);
      const moments = [createdAt, lastSeenAt, deactivatedAt, revokedAt, ...endsOf(tickets, leases)];
      const about = { licenseId, part: { activationId: id }, moments };
      const time = { from: createdAt, until: null, towards: "oldest" } as const;
      return { ...none, ...(await decisionsAbout(about, time)), tickets, leases };
    }
    case "lease": {
      const { pool, ...lease } = present(await store.findLease(tx, tenantId, of.id), "lease");
      const { activationId, grantedAt, endedAt } = lease;
      // What a device no longer known did cannot be told from what others did.
      if (activationId === null) return { ...none, decisions: [], leases: [lease] };
      const about = { licenseId: pool.licenseId, part: { activationId }, moments: endsOf([], [lease]) };
      const time = { from: grantedAt, until: endedAt, towards: "newest" } as const;
      return { ...none, ...(await decisionsAbout(about, time)), leases: [lease] };
    }
    case "ticket": {
      const { account, ...ticket } = present(await store.findTicket(tx, tenantId, of.id), "ticket");
      const only = { reference: ticket.id, fromEntry: ticket.issuedEntry };
      const entries = await store.listEntriesOfAccount(tx, tenantId, ticket.accountId, SHOWN_MAX, only);
      const moments = [...endsOf([ticket], []), ...entries.map(({ recordedAt }) => recordedAt)];
      const about = { licenseId: account.licenseId, part: { ticketId: ticket.id }, moments };
      const time = { from: ticket.issuedAt, until: null, towards: "newest" } as const;
      return { ...none, ...(await decisionsAbout(about, time)), entries, tickets: [ticket] };
    }
  }
}

interface About {
  readonly licenseId: string;
  readonly part: store.Part;
  readonly moments: readonly (Date | null)[];
}

/** When things began and ended: each of these was a decision. */
function endsOf(tickets: Found["tickets"], leases: Found["leases"]): (Date | null)[] {
  return [
    ...tickets.flatMap(({ issuedAt, endedAt }) => [issuedAt, endedAt]),
    ...leases.flatMap(({ grantedAt, endedAt }) => [grantedAt, endedAt]),
  ];
}

/**
 * What was decided about a part of a license: at the moments that its own records name, and of what else the license
 * decided in `time` as much as can be looked through while somebody waits.
 */
async function decisionsOf(
  tx: Tx,
  tenantId: string,
  about: About,
  time: store.SearchedTime,
  scannedMax: number,
): Promise<Pick<Found, "decisions" | "unsearched">> {
  const moments = about.moments.filter((moment) => moment !== null);
  const limits = { scannedMax, foundMax: SHOWN_MAX };
  const { ids, stoppedAt } = await store.searchDecisions(tx, tenantId, about, time, limits);
  const found = [
    ...(await store.listDecisionsAt(tx, tenantId, about, moments, SHOWN_MAX)),
    ...(await store.listDecisions(tx, tenantId, { id: { in: ids } }, SHOWN_MAX)),
  ];
  const byId = new Map(found.map((decision) => [decision.id, decision]));
  const decisions = [...byId.values()].sort((a, b) => +b.at - +a.at || (a.id < b.id ? 1 : -1));
  const rest =
    time.towards === "oldest"
      ? { from: time.from, until: stoppedAt }
      : { from: stoppedAt, until: time.until };
  return { decisions: decisions.slice(0, SHOWN_MAX), unsearched: stoppedAt === null ? null : rest };
}

async function ofLicense(tx: Tx, tenantId: string, licenseId: string): Promise<Found> {
  const accounts = await store.listAccountIds(tx, tenantId, licenseId);
  const entries = [];
  for (const id of accounts) entries.push(...(await store.listEntriesOfAccount(tx, tenantId, id, SHOWN_MAX)));
  return {
    decisions: await store.listDecisions(tx, tenantId, { licenseId }, SHOWN_MAX),
    entries,
    changes: await store.listChanges(tx, tenantId, { subjectId: licenseId }, "license", SHOWN_MAX),
    tickets: await store.listTickets(tx, tenantId, { accountId: { in: accounts } }, SHOWN_MAX),
    leases: await store.listLeases(tx, tenantId, { licenseId }, SHOWN_MAX),
    unsearched: null,
  };
}

/** Puts what was found in order and says why each decision fell as it did. */
async function tell(tx: Tx, tenantId: string, found: Found) {
  const { decisions, entries, changes, tickets, leases, unsearched } = found;
  const versionIds = decisions.flatMap(({ policyVersionId }) => policyVersionId ?? []);
  const versions = new Map(
    (await store.listVersions(tx, tenantId, versionIds)).map(({ id, number, rules, policy }) => [
      id,
      { code: policy.code, version: number, rules: policyRules.parse(rules) },
    ]),
  );
  const steps = [
    ...(await withActorNames(tx, changes)).map((change) => ({
      kind: "change" as const,
      at: change.at,
      order: BigInt(change.seq),
      change,
    })),
    ...decisions.map((decision) => {
      const policy = versions.get(decision.policyVersionId ?? "") ?? null;
      const facts = factsOf(decision.facts);
      return {
        kind: "decision" as const,
        at: decision.at,
        order: 0n,
        decision,
        policy: policy && { code: policy.code, version: policy.version },
        explanation: explainDecision({ ...decision, facts, policy }),
      };
    }),
    ...entries.map((entry) => ({ kind: "entry" as const, at: entry.recordedAt, order: entry.entry, entry })),
  ];
  // What one transaction wrote has one moment: the change that began it, why it was decided, then what it cost.
  steps.sort(
    (a, b) =>
      a.at.getTime() - b.at.getTime() ||
      RANK[a.kind] - RANK[b.kind] ||
      (a.order < b.order ? -1 : Number(a.order > b.order)),
  );
  const since = latestOf([
    cutAt(decisions, ({ at }) => at),
    cutAt(changes, ({ at }) => at),
    ...entryCuts(entries),
  ]);
  return {
    steps: since === null ? steps : steps.filter(({ at }) => at >= since),
    tickets,
    leases,
    /** What happened before this is not among `steps`; null: all is. */
    since,
    unsearched,
  };
}

const RANK = { change: 0, decision: 1, entry: 2 };

function factsOf(facts: unknown): RecordedFacts {
  return typeof facts === "object" && facts !== null ? Object.fromEntries(Object.entries(facts)) : {};
}

/** Where a list that is newest first was cut off, or null. */
function cutAt<Row>(rows: readonly Row[], at: (row: Row) => Date): Date | null {
  const last = rows.at(-1);
  return rows.length < SHOWN_MAX || last === undefined ? null : at(last);
}

function entryCuts(entries: Found["entries"]): (Date | null)[] {
  const byAccount = Map.groupBy(entries, ({ accountId }) => accountId);
  return [...byAccount.values()].map((own) => cutAt(own, ({ recordedAt }) => recordedAt));
}

function latestOf(moments: readonly (Date | null)[]): Date | null {
  const times = moments.flatMap((moment) => moment?.getTime() ?? []);
  return times.length === 0 ? null : new Date(Math.max(...times));
}
