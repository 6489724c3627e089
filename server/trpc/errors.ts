import type { TRPCError, TRPCProcedureType } from "@trpc/server";
import { ZodError } from "zod";
import { CODES, type Code } from "../domain/codes.ts";
import { type FieldError, SignetError } from "../domain/errors.ts";
import { passingFailure } from "../platform/database-errors.ts";

/** What a failed call carries to the browser, whatever went wrong. */
export interface PortalErrorData {
  readonly code: Code;
  readonly httpStatus: number;
  readonly title: string;
  readonly errors: readonly FieldError[];
  readonly correlationId: string;
  readonly retryAfterSeconds: number | undefined;
}

/** tRPC's own refusals, in Signet's words. */
const FROM_TRPC: Partial<Record<TRPCError["code"], Code>> = {
  UNAUTHORIZED: "unauthorized",
  FORBIDDEN: "forbidden",
  NOT_FOUND: "not_found",
  BAD_REQUEST: "invalid_request",
  PARSE_ERROR: "invalid_request",
  PAYLOAD_TOO_LARGE: "invalid_request",
  UNSUPPORTED_MEDIA_TYPE: "invalid_request",
  METHOD_NOT_SUPPORTED: "invalid_request",
  TOO_MANY_REQUESTS: "rate_limited",
};

const LOOK_FIRST =
  "The database went away before it answered; see whether it was done before you do it again.";

/** Any failure of a procedure as a SignetError; what was not foreseen is `internal_error` and its text stays here. */
export function toSignetError(error: TRPCError, type: TRPCProcedureType | "unknown"): SignetError {
  const { cause } = error;
  if (cause instanceof SignetError) return cause;
  const passing = passingFailure(cause, type === "mutation");
  // A person at a screen sends no id again that would make it safe.
  if (passing?.code === "outcome_unknown") return new SignetError("outcome_unknown", LOOK_FIRST, { cause });
  if (passing !== undefined) return passing;
  if (cause instanceof ZodError) return fromZod(cause);
  const code = FROM_TRPC[error.code];
  return code === undefined
    ? new SignetError("internal_error", undefined, { cause: error })
    : new SignetError(code);
}

/** Whether it is a fault of ours, to be logged with its stack, and not a refusal. */
export function isFault(error: SignetError): boolean {
  return error.code === "internal_error";
}

export function errorData(error: SignetError, correlationId: string): PortalErrorData {
  const { status, title } = CODES[error.code];
  const { code, errors, retryAfterSeconds } = error;
  return { code, httpStatus: status, title, errors, correlationId, retryAfterSeconds };
}

function fromZod(error: ZodError): SignetError {
  const errors = error.issues.flatMap((issue): FieldError[] =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => ({
          pointer: pointer([...issue.path, key]),
          message: "This field is not known.",
        }))
      : [{ pointer: pointer(issue.path), message: issue.message }],
  );
  return new SignetError("invalid_request", undefined, { errors, cause: error });
}

/** RFC 6901. */
function pointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
