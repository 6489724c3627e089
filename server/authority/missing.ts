import { SignetError } from "../domain/errors.ts";

/** The row, or `not_found`: a thing of another tenant answers exactly as one that does not exist. */
export function present<Row>(row: Row | null | undefined, noun: string): Row {
  if (row === null || row === undefined) throw new SignetError("not_found", `There is no such ${noun}.`);
  return row;
}
