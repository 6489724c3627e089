import { MigrationError } from "#prisma/migrator/errors.ts";
import { LaunchFailure } from "../launcher/failure.ts";

/** Runs a command's work: what the operator must put right is one sentence, and anything else a stack trace. */
export async function saying(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const said =
      error instanceof LaunchFailure ||
      error instanceof MigrationError ||
      (error instanceof Error && "code" in error && typeof error.code === "string");
    console.error(said ? `\n${error.message}` : error);
    process.exitCode = 1;
  }
}
