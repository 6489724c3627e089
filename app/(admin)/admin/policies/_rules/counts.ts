/** How many licenses there are; the server stops counting at a thousand. */
export interface LicenseCount {
  readonly count: number;
  readonly capped: boolean;
}

/** "no licenses", "1 license", "1,000+ licenses". */
export function licenseCount({ count, capped }: LicenseCount): string {
  if (count === 0) return "no licenses";
  if (count === 1 && !capped) return "1 license";
  return `${new Intl.NumberFormat("en").format(count)}${capped ? "+" : ""} licenses`;
}
