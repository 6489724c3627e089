import type { LicenseStatus } from "#server/domain/license-state.ts";
import { formatDay } from "../../_components/format.ts";

interface Stated {
  readonly status: LicenseStatus;
  readonly validFrom: Date | null;
  readonly expiresAt: Date | null;
  readonly graceUntil: Date | null;
}

/** What a license's state means to the people who hold it, and what they can do. */
export function stateSentence({ status, validFrom, expiresAt, graceUntil }: Stated, vendor: string): string {
  switch (status) {
    case "active":
      return expiresAt === null ? "It works, and does not end." : `It works, until ${formatDay(expiresAt)}.`;
    case "pending":
      return validFrom === null
        ? "It is ready: its time begins when you activate the first device."
        : `It begins on ${formatDay(validFrom)}.`;
    case "grace":
      return `It has ended but still works${graceUntil === null ? "" : ` until ${formatDay(graceUntil)}`}; ask ${vendor} to renew it.`;
    case "expired":
      return `It ended${expiresAt === null ? "" : ` on ${formatDay(expiresAt)}`}; ask ${vendor} to renew it.`;
    case "suspended":
      return `It is suspended and does not work for now; ask ${vendor} why.`;
    case "revoked":
      return `It was revoked and cannot be used again; ask ${vendor} why.`;
  }
}
