import { missingColumns, type ReadImport } from "./license-import.ts";

/** Problems that are told one by one: of every row of the longest file one, at least. */
const PROBLEMS_TOLD_MAX = 10_000;
const NAMES_TOLD_MAX = 50;
const ROWS_SHOWN = 3;

/** What an import would make, in numbers, and what is wrong with it. */
export function importReport(
  read: ReadImport,
  last: { readonly id: string; readonly copy: number; readonly createdAt: Date } | null,
) {
  const { file, mapping, planned, problems } = read;
  const newCustomers = new Set(
    planned.flatMap(({ plan: { customer } }) => ("name" in customer ? [customer.name] : [])),
  );
  const known = new Set(planned.flatMap(({ plan: { customer } }) => ("id" in customer ? [customer.id] : [])));
  const policies = Map.groupBy(planned, ({ policy }) => policy);
  const seen = new Set(planned.map(({ plan }) => JSON.stringify(plan)));
  return {
    headings: file.headings,
    mapping,
    /** What the file must have and has not; then its rows say nothing. */
    missing: missingColumns(mapping),
    sample: file.rows.slice(0, ROWS_SHOWN).map(({ cells }) => cells),
    rows: file.rows.length,
    badRows: new Set(problems.map(({ line }) => line)).size,
    problems: problems.slice(0, PROBLEMS_TOLD_MAX),
    problemsMore: Math.max(0, problems.length - PROBLEMS_TOLD_MAX),
    makes: {
      licenses: planned.length,
      newCustomers: newCustomers.size,
      newCustomerNames: [...newCustomers].slice(0, NAMES_TOLD_MAX),
      knownCustomers: known.size,
      policies: [...policies].map(([{ name, product }, rows]) => ({
        name,
        product: product.name,
        licenses: rows.length,
      })),
      /** Rows that are just like another. */
      repeated: planned.length - seen.size,
    },
    /** The last time that just this was imported. */
    before: last === null ? null : { id: last.id, at: last.createdAt },
    /** To be given with the import. */
    copy: last === null ? 0 : last.copy + 1,
  };
}
