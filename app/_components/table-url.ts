/** What a list can be narrowed by: the values a filter knows, or null where any text will do (an id). */
export type FilterSpec = Readonly<Record<string, readonly string[] | null>>;

/** One constant beside a screen, used by its page on the server and by the screen in the browser. */
export interface TableSpec<Filters extends FilterSpec = FilterSpec> {
  readonly filters: Filters;
  /** Rows a page; 25 unless told. */
  readonly limit?: number;
}

export type FilterValues<Filters extends FilterSpec> = {
  [Name in keyof Filters]?: Filters[Name] extends readonly (infer Value)[] ? Value : string;
};

/** What a list's procedure is asked for. Only what is set is there. */
export type TableInput<Filters extends FilterSpec = FilterSpec> = FilterValues<Filters> & {
  limit: number;
  search?: string;
  /** `nextCursor` of the page before. */
  cursor?: string;
};

export const PAGE_SIZES = [10, 25, 50, 100];
const LIMIT_DEFAULT = 25;

export type SearchParams = Record<string, string | string[] | undefined>;

/** The address → what the list's procedure is asked for; anything malformed is as if it were not there. */
export function readTable<Filters extends FilterSpec>(
  params: SearchParams | URLSearchParams,
  spec: TableSpec<Filters>,
): TableInput<Filters> {
  const size = Number(read(params, "size"));
  const search = read(params, "q");
  const cursor = read(params, "after");
  return {
    ...readFilters(params, spec.filters),
    limit: PAGE_SIZES.includes(size) ? size : (spec.limit ?? LIMIT_DEFAULT),
    ...(search === undefined ? {} : { search }),
    ...(cursor === undefined ? {} : { cursor }),
  };
}

/** Which page the address says it is, from 1; only for show, the cursor decides. */
export function readPage(params: URLSearchParams): number {
  return read(params, "after") === undefined ? 1 : Math.max(2, Math.trunc(Number(read(params, "page"))) || 2);
}

/** The address with some of it changed: undefined takes a part out. Any change begins at the first page again. */
export function changeAddress(params: URLSearchParams, changes: Record<string, string | undefined>): string {
  const next = new URLSearchParams(params);
  for (const [name, value] of Object.entries({ after: undefined, page: undefined, ...changes })) {
    if (value) next.set(name, value);
    else next.delete(name);
  }
  return next.toString();
}

function readFilters<Filters extends FilterSpec>(
  params: SearchParams | URLSearchParams,
  filters: Filters,
): FilterValues<Filters> {
  const values: FilterValues<Filters> = {};
  for (const name of Object.keys(filters)) {
    const one = { [name]: read(params, name) };
    if (fits(one, filters)) Object.assign(values, one);
  }
  return values;
}

function fits<Filters extends FilterSpec>(
  values: Record<string, string | undefined>,
  filters: Filters,
): values is Record<string, string> & FilterValues<Filters> {
  return Object.entries(values).every(
    ([name, value]) => value !== undefined && (filters[name]?.includes(value) ?? filters[name] === null),
  );
}

function read(params: SearchParams | URLSearchParams, name: string): string | undefined {
  const value = params instanceof URLSearchParams ? params.get(name) : params[name];
  const first = Array.isArray(value) ? value[0] : value;
  return first?.trim() || undefined;
}
