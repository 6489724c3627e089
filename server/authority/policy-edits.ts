import { SignetError } from "../domain/errors.ts";
import { withActorNames } from "./audit-store.ts";
import type { Tx } from "./ports.ts";

/** What changes the rules that the next person edits. */
const EDITS = ["policy.created", "policy.draft_saved", "policy.draft_discarded", "policy.published"];

/** Who last changed what is being edited of a policy. */
export interface PolicyEdit {
  /** Grows with each; 0 for a policy that nobody has edited. */
  readonly revision: number;
  readonly what: "saved" | "discarded" | "published";
  readonly at: Date;
  /** A person's name, or an API key's; null: Signet itself. */
  readonly by: string | null;
}

/** The latest edit, as the audit log has it: it is written in the same transaction. Null: there was none. */
export async function findLatestEdit(tx: Tx, tenantId: string, policyId: string): Promise<PolicyEdit | null> {
  const [latest] = await withActorNames(
    tx,
    await tx.auditEvent.findMany({
      where: { tenantId, subjectId: policyId, action: { in: EDITS } },
      orderBy: { seq: "desc" },
      take: 1,
    }),
  );
  if (latest === undefined) return null;
  const { seq, at, action, actorName, actorKey } = latest;
  return { revision: seq, what: WHATS[action] ?? "saved", at, by: actorName ?? actorKey?.name ?? null };
}

const WHATS: Readonly<Record<string, PolicyEdit["what"]>> = {
  "policy.draft_discarded": "discarded",
  "policy.published": "published",
};

/** The edit that somebody has not seen who goes by `basedOn`; null where they have seen it, or name nothing. */
export function unseenEdit(latest: PolicyEdit | null, basedOn: number | undefined): PolicyEdit | null {
  return basedOn === undefined || latest === null || latest.revision === basedOn ? null : latest;
}

/** Throws when somebody else's edit would be published, or dropped, unseen. */
export function refuseUnseen(latest: PolicyEdit | null, basedOn: number | undefined): void {
  const unseen = unseenEdit(latest, basedOn);
  if (unseen === null) return;
  const who = unseen.by ?? "Signet";
  const did = unseen.what === "saved" ? "saved a draft of it" : `${unseen.what} its draft`;
  throw new SignetError(
    "invalid_request",
    `${who} ${did} after you had opened this policy. Nothing was done; look at it first.`,
  );
}
