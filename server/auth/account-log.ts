import { z } from "zod";
import type { Prisma } from "#prisma/generated/client.ts";
import type { Database } from "../platform/database.ts";
import { newUuid } from "../platform/ids.ts";

const SHOWN = 20;

const kinds = z.enum([
  "password_changed",
  "password_reset",
  "identity_connected",
  "identity_disconnected",
  "two_factor_on",
  "two_factor_off",
  "two_factor_removed",
  "recovery_codes_renewed",
]);
export type AccountEventKind = z.output<typeof kinds>;

/**
 * Writes down what happened to a person's ways in, in its transaction. A person belongs to no vendor alone, so it stands in no
 * vendor's audit log but in their own.
 */
export async function noteAccountEvent(
  tx: Pick<Prisma.TransactionClient, "accountEvent">,
  at: Date,
  { userId, kind, about = "" }: { userId: string; kind: AccountEventKind; about?: string },
): Promise<void> {
  await tx.accountEvent.create({ data: { id: newUuid(), userId, at, kind, about } });
}

export type AccountLog = ReturnType<typeof createAccountLog>;

export function createAccountLog({ database }: { database: Database }) {
  return {
    /** The newest first. */
    async latest(userId: string) {
      const rows = await database.prisma.accountEvent.findMany({
        where: { userId },
        orderBy: [{ at: "desc" }, { id: "desc" }],
        take: SHOWN,
        select: { id: true, at: true, kind: true, about: true },
      });
      return rows.map(({ kind, ...row }) => ({ ...row, kind: kinds.parse(kind) }));
    },
  };
}
