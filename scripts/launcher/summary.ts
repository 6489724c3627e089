import type { Demo } from "./prepare.ts";
import { colour } from "./progress.ts";

export interface Summary {
  readonly portal: string;
  readonly licenseServer: string;
  readonly demo: Demo | undefined;
  /** Where mails are read that nothing sends; undefined where they are sent. */
  readonly outbox: string | undefined;
  readonly logs: string;
}

/** What to do now that everything runs. */
export function printSummary({ portal, licenseServer, demo, outbox, logs }: Summary): void {
  const bold = (text: string) => colour(1, text);
  const lines = [
    "",
    bold("Signet is running."),
    "",
    `  Portal         ${bold(portal)}`,
    `  LicenseServer  ${bold(licenseServer)}`,
    "",
  ];
  const signIns = demo?.signIns ?? [];
  if (signIns.length > 0) {
    const width = Math.max(...signIns.map(({ label }) => label.length)) + 2;
    const emailWidth = Math.max(...signIns.map(({ email }) => email.length)) + 2;
    lines.push("  Sign in as");
    for (const { label, email, password } of signIns) {
      lines.push(`    ${label.padEnd(width)}${bold(email.padEnd(emailWidth))}${password}`);
    }
    lines.push("");
  }
  if (outbox !== undefined) {
    lines.push("  No SMTP_URL is set, so mail is not sent: read it at", `    ${bold(outbox)}`);
    lines.push("  Keep this address to yourself: the links in those mails open accounts.", "");
  }
  lines.push(`  Ctrl-C stops everything. Logs are in ${logs}.`, "");
  console.log(lines.join("\n"));
}
