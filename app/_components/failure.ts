import { TRPCClientError } from "@trpc/client";
import type { Code } from "#server/domain/codes.ts";
import type { FieldError } from "#server/domain/errors.ts";
import type { AppRouter } from "#server/trpc/router.ts";

/** A failed call in words for a person. */
export interface Failure {
  readonly title: string;
  readonly message: string;
  readonly errors: readonly FieldError[];
  /** Of what the operator must look up: a fault of the server's, not a refusal. */
  readonly correlationId?: string;
}

/** Any error a query or a mutation can end in; one that never reached the server says so. */
export function describeFailure(error: unknown): Failure {
  if (isPortalError(error) && error.data) {
    const { title, errors, correlationId } = error.data;
    const described = { title, message: error.message, errors };
    return error.data.code === "internal_error" ? { ...described, correlationId } : described;
  }
  return {
    title: "The server could not be reached",
    message: "Check the connection; nothing was lost. Then try again.",
    errors: [],
  };
}

/** Whether a procedure answered with this very code. */
export function isRefusedWith(error: unknown, code: Code): boolean {
  return isPortalError(error) && error.data?.code === code;
}

function isPortalError(error: unknown): error is TRPCClientError<AppRouter> {
  return error instanceof TRPCClientError;
}
