/** Something the operator must put right, as one sentence that says what and how. */
export class LaunchFailure extends Error {
  override readonly name = "LaunchFailure";
}

/** The system's code of an error (`EADDRINUSE`, `28P01`, …), or an empty text. */
export function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
