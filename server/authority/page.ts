import { z } from "zod";
import { invalidField } from "../domain/errors.ts";

/** One page of a list. `nextCursor` asks for the following one; null on the last. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/** A position in a list ordered by time and id. */
export interface Position {
  readonly at: Date;
  readonly id: string;
}

const written = z.tuple([z.iso.datetime(), z.uuid()]);

export function writeCursor({ at, id }: Position): string {
  return Buffer.from(JSON.stringify([at.toISOString(), id])).toString("base64url");
}

/** Throws `invalid_request` when the text is not a cursor. */
export function readCursor(cursor: string | null | undefined): Position | undefined {
  if (cursor === null || cursor === undefined) return undefined;
  const parsed = written.safeParse(jsonOf(Buffer.from(cursor, "base64url").toString("utf8")));
  if (!parsed.success)
    throw invalidField("/cursor", "This cursor is not one of this list; begin at the first page.");
  const [at, id] = parsed.data;
  return { at: new Date(at), id };
}

/** A page from rows of which one more than `limit` was asked for. */
export function pageOf<Row>(
  rows: readonly Row[],
  limit: number,
  position: (row: Row) => Position,
): Page<Row> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const nextCursor = rows.length > limit && last !== undefined ? writeCursor(position(last)) : null;
  return { items, nextCursor };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
