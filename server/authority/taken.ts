import { z } from "zod";
import { Prisma } from "#prisma/generated/client.ts";
import { invalidField } from "../domain/errors.ts";

const violation = z.object({
  driverAdapterError: z.object({ cause: z.object({ constraint: z.object({ index: z.string() }) }) }),
});

/**
 * Turns the database's refusal of a duplicate into one that names the field. Asking beforehand would lose the race
 * between two people; the unique index does not. `messages`: column → what to say.
 */
export async function namingTaken<T>(
  work: Promise<T>,
  messages: Readonly<Record<string, string>>,
): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const index = violatedIndex(error);
    for (const [column, message] of Object.entries(messages)) {
      if (index?.endsWith(`_${column}_key`)) throw invalidField(pointerOf(column), message);
    }
    throw error;
  }
}

function violatedIndex(error: unknown): string | undefined {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError) || error.code !== "P2002") return undefined;
  const parsed = violation.safeParse(error.meta);
  return parsed.success ? parsed.data.driverAdapterError.cause.constraint.index : undefined;
}

/** `key_prefix` → `/keyPrefix`. */
function pointerOf(column: string): string {
  return `/${column.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())}`;
}
