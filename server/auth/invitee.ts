import type { Prisma } from "#prisma/generated/client.ts";
import { invalidField } from "../domain/errors.ts";
import type { Database } from "../platform/database.ts";
import { unusable } from "./invitation-link.ts";
import { newPasswordSchema } from "./passwords.ts";

/** Only ever the first way in: an account that got one in the meantime, through another link, keeps it. */
export async function setUp(
  tx: Prisma.TransactionClient,
  isNew: boolean,
  account: {
    readonly id: string;
    readonly email: string;
    readonly name: string;
    readonly passwordHash: string | null;
    /** Null where the link may have come by another's hand than the mail's. */
    readonly addressProvenAt: Date | null;
  },
): Promise<void> {
  const { id, email, ...ways } = account;
  // In a statement of its own: of two links that are accepted at once, the second must see what the first has set.
  if (!isNew) await tx.$executeRaw`SELECT 1 FROM "user" WHERE id = ${id}::uuid FOR UPDATE`;
  const { count } = isNew
    ? await tx.user.createMany({ data: { id, email, ...ways }, skipDuplicates: true })
    : await tx.user.updateMany({
        where: { id, passwordHash: null, identities: { none: {} } },
        data: ways,
      });
  if (count === 0) throw unusable("This account was set up a moment ago; open the link again.");
}

/** Whether a password would open anything: a link must not give the first one to an account that others let in already. */
export async function belongsSomewhere(database: Database, userId: string): Promise<boolean> {
  return database.prisma.$transaction(async (tx) => {
    if ((await tx.membership.findFirst({ where: { userId } })) !== null) return true;
    // The row-level policy of customer_member gives a person's own rows, whatever the tenant, once this is set.
    await tx.$executeRaw`SELECT set_config('signet.user_id', ${userId}, true)`;
    return (await tx.customerMember.findFirst({ where: { userId } })) !== null;
  });
}

export function acceptable(password: string): string {
  const parsed = newPasswordSchema.safeParse(password);
  if (parsed.success) return parsed.data;
  throw invalidField("/password", parsed.error.issues[0]?.message ?? "Choose another password.");
}

export function hasPassword(user: { passwordHash: string | null } | null): boolean {
  return user !== null && user.passwordHash !== null;
}

/** Whether identities are its only ways in. */
export function byIdentity(
  user: { passwordHash: string | null; identities: readonly unknown[] } | null,
): boolean {
  return user !== null && !hasPassword(user) && user.identities.length > 0;
}
