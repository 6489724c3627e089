import { isoDay, PERIODS, spanOf } from "#server/domain/analytics-period.ts";
import { changeAddress, readTable, type SearchParams } from "../../../_components/table-url.ts";

const FILTERS = { period: null, productId: null, customerId: null, licenseId: null, meterId: null };
const PERIOD_DEFAULT = "30d";

/** What is looked at, as the address says it. */
export interface View {
  readonly period: string;
  readonly productId?: string;
  readonly customerId?: string;
  /** Narrows what is said about seats. */
  readonly licenseId?: string;
  /** Which of the meters is drawn. */
  readonly meterId?: string;
}

export function readView(params: SearchParams | URLSearchParams): View {
  const { limit: _, period = PERIOD_DEFAULT, ...narrowed } = readTable(params, { filters: FILTERS });
  return { ...narrowed, period: spanOf(period, ANY_DAY) === undefined ? PERIOD_DEFAULT : period };
}

/** The address that shows another view; what is undefined is taken out of it. */
export function viewAddress(
  params: URLSearchParams,
  changes: { readonly [Name in keyof View]?: View[Name] | undefined },
): string {
  const query = changeAddress(params, changes);
  return query === "" ? "/admin/analytics" : `/admin/analytics?${query}`;
}

/** What every chart is asked with. */
export function chartInput({ period, productId, customerId }: View) {
  return {
    period,
    ...(productId === undefined ? {} : { productId }),
    ...(customerId === undefined ? {} : { customerId }),
  };
}

export function seatsInput(view: View) {
  return { ...chartInput(view), ...(view.licenseId === undefined ? {} : { licenseId: view.licenseId }) };
}

export function usageInput(view: View) {
  return { ...chartInput(view), ...(view.meterId === undefined ? {} : { meterId: view.meterId }) };
}

const ANY_DAY = new Date(0);
const DAY_MS = 86_400_000;
const AROUND_DAYS = 30;

/** A period of 30 days that ends with this one. */
export function periodUntil(day: Date): string {
  return `${isoDay(new Date(day.getTime() - (AROUND_DAYS - 1) * DAY_MS))}..${isoDay(day)}`;
}

const PERIOD_WORDS: Record<(typeof PERIODS)[number], string> = {
  "24h": "Last 24 hours",
  "7d": "Last 7 days",
  "30d": "Last 30 days",
  "90d": "Last 90 days",
  "12m": "Last 12 months",
};

export const PERIOD_OPTIONS = PERIODS.map((value) => ({ value, label: PERIOD_WORDS[value] }));
