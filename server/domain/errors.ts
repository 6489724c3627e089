import { CODES, type Code } from "./codes.ts";

/** A field of the input that is wrong: a JSON pointer to it and what to do about it. */
export interface FieldError {
  readonly pointer: string;
  readonly message: string;
}

/** What was decided, and recorded, against a device that did not ask by itself: then the refusal is signed. Ids are as stored. */
export interface DecidedAgainst {
  readonly activationId: string;
  readonly nonce?: string;
}

/**
 * A refusal on its way to whoever asked. `detail` is public and written for a person; what only the operator may
 * know goes into `cause`.
 */
export class SignetError extends Error {
  /** Known by its name and not by its class, because Next loads this module once for each of its bundles. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === "SignetError";
  }

  override readonly name = "SignetError";
  readonly code: Code;
  readonly errors: readonly FieldError[];
  /** Seconds after which a retry makes sense, where known. */
  readonly retryAfterSeconds: number | undefined;
  readonly decidedAgainst: DecidedAgainst | undefined;

  constructor(
    code: Code,
    detail: string = CODES[code].sentence,
    options: {
      errors?: readonly FieldError[];
      cause?: unknown;
      retryAfterSeconds?: number;
      decidedAgainst?: DecidedAgainst;
    } = {},
  ) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.errors = options.errors ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.decidedAgainst = options.decidedAgainst;
  }
}

/** A refusal because of one named field. */
export function invalidField(pointer: string, message: string): SignetError {
  return new SignetError("invalid_request", message, { errors: [{ pointer, message }] });
}
