import type { Report } from "./protocol.ts";
import type { Expected } from "./scenarios.ts";

/** Why what a client reports is not what the step should show, for the person who watches; undefined: it is. */
export function whyFailed(expected: Expected, report: Report, server: string): string | undefined {
  if (report.outcome === "refused") {
    const { code, reason, message } = report;
    const isExpected =
      expected.outcome === "refused" &&
      expected.codes.includes(code) &&
      (expected.reason === undefined || expected.reason === reason);
    return isExpected ? undefined : `${message}${ADVICE[code]?.(server) ?? ` (${code})`}`;
  }
  if (expected.outcome === "refused")
    return `It should have been refused as ${expected.codes.join(" or ")}, and was not.`;
  if (expected.left !== undefined && expected.left !== report.left)
    return `${expected.left} should be left, not ${report.left ?? "an unknown number"}.`;
  return undefined;
}

/** What whoever runs the portal can do about it. */
const ADVICE: Readonly<Record<string, (server: string) => string>> = {
  network_error: (server) =>
    ` The clients ask ${server}, which is what LICENSE_SERVER_URL says: see that the LicenseServer runs and that this machine reaches it.`,
  rate_limited: () => " The account’s rate limit was reached; try again in a minute.",
  overloaded: () => " The LicenseServer is busy; try again in a moment.",
  trust_invalid: () => " The trust bundle may have run out, or await its signature: look at Trust.",
  tenant_suspended: () => " No license of this account can be used while it is suspended.",
};
