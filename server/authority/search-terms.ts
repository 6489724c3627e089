import { Prisma } from "#prisma/generated/client.ts";
import type { Tx } from "./ports.ts";

export type TermKind = "customer" | "license";

const TERM_LENGTH_MAX = 60;
const WORDS_MAX = 6;
/** More than this many with one beginning are not told apart by it. */
const CANDIDATES_MAX = 2_000;

/** A text's words as they are searched for, the longest first: it is the rarest, most likely. */
export function searchWords(text: string): string[] {
  const words = text.toLowerCase().split(/[\s!-/:-@[-`{-~]+/u);
  const told = words.filter((word) => word !== "").map((word) => word.slice(0, TERM_LENGTH_MAX));
  return [...new Set(told)].toSorted((a, b) => b.length - a.length).slice(0, WORDS_MAX);
}

/** SQL: what of a column with COLLATE "C" begins with `text`. Both comparisons are leakproof, so that an index serves them. */
export function beginsWith(column: Prisma.Sql, text: string): Prisma.Sql {
  return Prisma.sql`${column} >= ${text} AND ${column} < ${afterAll(text)}`;
}

/** The first text behind all that begin with this one, by bytes: nothing sorts behind the last code point. */
function afterAll(text: string): string {
  return `${text}\u{10FFFF}`;
}

/** What a search found, and whether there may be more that it did not look through. */
export interface Found {
  readonly ids: string[];
  readonly isCut: boolean;
}

/**
 * The ids of what has, for each word, one that begins with it; at most `limit`, and none where the text has no word. Where more
 * than 2,000 fit the longest word, the others are looked for among as many of these.
 */
export async function findByWords(
  tx: Tx,
  tenantId: string,
  kind: TermKind,
  text: string,
  limit: number,
): Promise<Found> {
  const [first, ...others] = searchWords(text);
  if (first === undefined) return { ids: [], isCut: false };
  const lookedMax = others.length === 0 ? limit + 1 : CANDIDATES_MAX;
  const also = others.map(
    (word) => Prisma.sql`AND EXISTS (
      SELECT FROM search_term o
       WHERE o.tenant_id = ${tenantId}::uuid AND o.subject_id = f.id AND ${beginsWith(Prisma.sql`o.term`, word)})`,
  );
  const [found] = await tx.$queryRaw<{ looked: number; ids: string[] }[]>`
    WITH looked AS MATERIALIZED (
      SELECT t.subject_id AS id FROM search_term t
       WHERE t.tenant_id = ${tenantId}::uuid AND t.kind = ${kind} AND ${beginsWith(Prisma.sql`t.term`, first)}
       ORDER BY t.term, t.subject_id LIMIT ${lookedMax})
    SELECT (SELECT count(*)::integer FROM looked) AS looked,
           ARRAY(SELECT f.id::text FROM (SELECT DISTINCT id FROM looked) AS f
                  WHERE true ${also.length === 0 ? Prisma.empty : Prisma.join(also, " ")}
                  LIMIT ${limit + 1}) AS ids`;
  const { looked, ids } = found ?? { looked: 0, ids: [] };
  return { ids: ids.slice(0, limit), isCut: looked === lookedMax || ids.length > limit };
}
