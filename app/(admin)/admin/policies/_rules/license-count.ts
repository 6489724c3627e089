import { countOf, formatNumber } from "../../../../_components/format.ts";

/** How many licenses there are; the server stops counting at a thousand. */
export interface LicenseCount {
  readonly count: number;
  readonly capped: boolean;
}

/** "no licenses", "1 license", "1,000+ licenses". */
export function licenseCount({ count, capped }: LicenseCount): string {
  return capped && count > 0 ? `${formatNumber(count)}+ licenses` : countOf(count, "license");
}
