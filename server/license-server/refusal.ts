import type { Code } from "#server/domain/codes.ts";
import { type FieldError, SignetError } from "#server/domain/errors.ts";
import { BODY_BYTES_MAX } from "./raw.ts";

/** A decision against the caller, still to be signed. `subject` is a public id. */
export interface Refusal {
  readonly refused: Code;
  readonly tenantId: string;
  readonly subject: string;
  readonly audience: string;
  readonly nonce?: string;
  /** For the person who reads it, where the code's own sentence says too little. */
  readonly detail?: string;
}

/** Thrown by a door that knows who is before it: a decision to be signed, like any other. */
export class RefusedAtDoor extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.refused);
    this.refusal = refusal;
  }
}

/** A refusal that only makes sense over HTTP: its status differs from its code's own, or it carries headers. */
export class HttpRefusal extends SignetError {
  /** The HTTP status, where it is not the code's own. */
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: Code,
    detail: string,
    options: {
      status?: number;
      headers?: Readonly<Record<string, string>>;
      errors?: readonly FieldError[];
      retryAfterSeconds?: number;
    } = {},
  ) {
    super(code, detail, options);
    this.status = options.status;
    this.headers = options.headers ?? {};
  }
}

export function bodyTooLarge(): HttpRefusal {
  return new HttpRefusal(
    "invalid_request",
    `The body is larger than ${BODY_BYTES_MAX / 1024} KiB; send less.`,
    {
      status: 413,
      headers: { connection: "close" },
    },
  );
}

export function wrongContentType(given: string | undefined): HttpRefusal {
  const found =
    given === undefined || given === "" ? "it has none" : `it is ${JSON.stringify(given.slice(0, 100))}`;
  return new HttpRefusal("invalid_request", `The content type must be application/json, but ${found}.`, {
    status: 415,
    headers: { accept: "application/json" },
  });
}

export function wrongContentEncoding(given: string): HttpRefusal {
  const found = JSON.stringify(given.slice(0, 100));
  return new HttpRefusal(
    "invalid_request",
    `The content encoding ${found} is not taken; send the body as it is.`,
    {
      status: 415,
      headers: { "accept-encoding": "identity" },
    },
  );
}

export function methodNotAllowed(method: string, allowed: readonly string[]): HttpRefusal {
  const allow = allowed.join(", ");
  return new HttpRefusal("invalid_request", `${method} is not possible here; use ${allow}.`, {
    status: 405,
    headers: { allow },
  });
}

export function nothingHere(): SignetError {
  return new SignetError("not_found");
}

/** One answer for every failure to authenticate, so that it tells nothing about which part was wrong. */
export function notAuthenticated(): HttpRefusal {
  return new HttpRefusal(
    "unauthorized",
    "The credentials are missing or not accepted; send `Authorization: Bearer` with what this call takes: an activation token, a backend's token or an API key.",
    {
      headers: { "www-authenticate": 'Bearer realm="signet"' },
    },
  );
}
