import { z } from "zod";
import type { Actor } from "../domain/actor.ts";
import { invalidField } from "../domain/errors.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { createAccountChanges } from "./account-changes.ts";
import type { ListAccounts, ListLedger, ListTickets } from "./account-input.ts";
import * as store from "./account-store.ts";
import { present } from "./missing.ts";
import type { Credits } from "./ports.ts";

export type Accounts = ReturnType<typeof createAccounts>;

/** Lines looked through for one kind at a time: a page may be short, and the next one goes on behind them. */
const LOOKED_THROUGH_MAX = 50_000n;
/** Of the grants that are used up or expired, the latest. */
const ENDED_GRANTS_SHOWN = 20;

/** Balances, what they are made of, and what the vendor does to them by hand. */
export function createAccounts(deps: { database: Database; clock: Clock; credits: Credits }) {
  const { database, credits } = deps;

  return {
    ...createAccountChanges(deps),

    /** Of the newest license first. */
    async list(actor: Actor, { cursor, limit, ...filter }: ListAccounts) {
      const { tenantId } = actor;
      const query = { ...filter, after: readPosition(cursor), limit: limit + 1 };
      const rows = await database.withTenant(tenantId, (tx) => store.listAccounts(tx, tenantId, query));
      const items = rows.slice(0, limit);
      const last = items.at(-1);
      return { items, nextCursor: rows.length > limit && last !== undefined ? writePosition(last) : null };
    },

    /** What balances can be narrowed to. */
    meters: ({ tenantId }: Actor) => database.withTenant(tenantId, (tx) => store.listMeters(tx, tenantId)),

    /** As it is now: grants that have expired are gone, and a period that has begun has given its credits. */
    async get(actor: Actor, id: string) {
      const { tenantId } = actor;
      return database.withTenant(tenantId, async (tx) => {
        const { licenseId } = present(await store.findAccount(tx, tenantId, id), "account");
        const grants = await credits.grants(tx, tenantId, licenseId);
        const account = present(await store.findAccount(tx, tenantId, id), "account");
        const own = grants.filter(({ accountId }) => accountId === id);
        const ended = own
          .filter(({ remaining }) => remaining === 0n)
          .toSorted((one, other) => other.createdAt.getTime() - one.createdAt.getTime());
        return {
          ...account,
          grants: own.filter(({ remaining }) => remaining > 0n),
          endedGrants: ended.slice(0, ENDED_GRANTS_SHOWN),
        };
      });
    },

    /** Newest first. */
    async tickets(actor: Actor, { id, status, cursor, limit }: ListTickets) {
      const { tenantId } = actor;
      const before = readMoment(cursor);
      return database.withTenant(tenantId, async (tx) => {
        present(await store.findAccount(tx, tenantId, id), "account");
        const rows = await store.listTickets(tx, tenantId, id, { status, before, limit: limit + 1 });
        const page = rows.slice(0, limit);
        const devices = page.flatMap(({ activationId }) => activationId ?? []);
        const names = await store.deviceNames(tx, tenantId, devices);
        const last = page.at(-1);
        return {
          items: page.map((ticket) => ({ ...ticket, device: names.get(ticket.activationId ?? "") ?? null })),
          nextCursor: rows.length > limit && last !== undefined ? writeMoment(last) : null,
        };
      });
    },

    /** Newest first, each line with the balance after it. */
    async ledger(actor: Actor, { id, kind, from, to, cursor, limit }: ListLedger) {
      const { tenantId } = actor;
      return database.withTenant(tenantId, async (tx) => {
        present(await store.findAccount(tx, tenantId, id), "account");
        const first = from === undefined ? 1n : await store.entryAt(tx, tenantId, id, from);
        const end = to === undefined ? ENTRY_MAX : await store.entryAt(tx, tenantId, id, to);
        const before = cursor ? least(BigInt(cursor), end) : end;
        const newest = await store.listLedger(tx, tenantId, id, { since: first, before, limit: 1 });
        const top = newest[0]?.entry;
        if (top === undefined) return { items: [], nextCursor: null };
        const since =
          kind === undefined || top - LOOKED_THROUGH_MAX < first ? first : top - LOOKED_THROUGH_MAX;
        const rows = await store.listLedger(tx, tenantId, id, {
          kind,
          since,
          before: top + 1n,
          limit: limit + 1,
        });
        const items = rows.slice(0, limit);
        const last = rows.length > limit ? items.at(-1)?.entry : undefined;
        const next = last ?? (since > first ? since : undefined);
        return { items, nextCursor: next === undefined ? null : String(next) };
      });
    },
  };
}

const ENTRY_MAX = 2n ** 62n;

function least(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}

const position = z.tuple([z.iso.datetime(), z.uuid(), z.string()]);
const moment = z.tuple([z.iso.datetime(), z.string().regex(/^\d{1,18}$/)]);

function writePosition({ issuedAt, licenseId, meter }: store.AccountRow): string {
  return encode([issuedAt.toISOString(), licenseId, meter]);
}

function readPosition(cursor: string | null | undefined): store.AccountPosition | undefined {
  const read = decode(cursor, position);
  return read && [new Date(read[0]), read[1], read[2]];
}

function writeMoment({ issuedAt, issuedEntry }: { issuedAt: Date; issuedEntry: bigint }): string {
  return encode([issuedAt.toISOString(), String(issuedEntry)]);
}

function readMoment(cursor: string | null | undefined): { at: Date; entry: bigint } | undefined {
  const read = decode(cursor, moment);
  return read && { at: new Date(read[0]), entry: BigInt(read[1]) };
}

function encode(parts: readonly string[]): string {
  return Buffer.from(JSON.stringify(parts)).toString("base64url");
}

function decode<Parts>(cursor: string | null | undefined, as: z.ZodType<Parts>): Parts | undefined {
  if (cursor === null || cursor === undefined) return undefined;
  try {
    return as.parse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
  } catch {
    throw invalidField("/cursor", "This cursor is not one of this list; begin at the first page.");
  }
}
