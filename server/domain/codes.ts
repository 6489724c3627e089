/** One reason Signet can refuse something, as an HTTP status and as words for the person who will read it. */
export interface CodeEntry {
  readonly status: number;
  readonly title: string;
  /** Whether the same request can succeed later without anybody changing anything. */
  readonly retryable: boolean;
  /** One sentence for the end user: what happened and what to do. */
  readonly sentence: string;
}

function entry(status: number, title: string, sentence: string, retryable = false): CodeEntry {
  return { status, title, retryable, sentence };
}

/** The one list of codes: every refusal, on every transport, is one of these. */
export const CODES = {
  license_not_found: entry(
    404,
    "License not found",
    "No license has this key; check it against the one you were sent.",
  ),
  license_suspended: entry(
    403,
    "License suspended",
    "This license is suspended; ask the vendor to reinstate it.",
  ),
  license_revoked: entry(
    403,
    "License revoked",
    "This license was revoked and cannot be used again; contact the vendor.",
  ),
  license_expired: entry(403, "License expired", "This license has expired; renew it to go on."),
  license_not_yet_valid: entry(
    403,
    "License not yet valid",
    "This license is not valid yet; try again once its first day has come.",
    true,
  ),
  product_mismatch: entry(403, "Wrong product", "This license is for another product."),
  activation_limit_reached: entry(
    403,
    "Device limit reached",
    "This license is in use on as many devices as it allows; deactivate one first.",
  ),
  activation_not_found: entry(
    404,
    "Activation not found",
    "This device is not activated; activate it again.",
  ),
  activation_revoked: entry(
    403,
    "Activation revoked",
    "This device's activation was revoked; contact the vendor.",
  ),
  fingerprint_mismatch: entry(
    403,
    "Different device",
    "This activation belongs to another device; activate this one.",
  ),
  device_proof_invalid: entry(
    401,
    "Device proof invalid",
    "This device could not prove its key; activate it again.",
  ),
  offline_not_allowed: entry(
    403,
    "Offline use not allowed",
    "This license does not allow offline activation; connect to the internet.",
  ),
  offline_request_invalid: entry(
    422,
    "Offline request invalid",
    "This request file is damaged or was not made by this product; make a new one.",
  ),
  offline_request_replayed: entry(
    409,
    "Offline request used before",
    "This request file was already answered with other content; make a new one.",
  ),
  trust_snapshot_stale: entry(
    403,
    "Trust snapshot too old",
    "The security snapshot on this machine is too old; import a fresh one.",
  ),
  no_seats_available: entry(
    409,
    "No seats available",
    "No seat is free for you: all are in use, or you hold as many as one may; wait for one to come free.",
    true,
  ),
  lease_not_found: entry(404, "Lease not found", "This seat is not held; check out again."),
  lease_expired: entry(
    409,
    "Lease expired",
    "The seat was lost because no heartbeat came in time; check out again.",
  ),
  lease_fenced: entry(409, "Lease superseded", "The seat has been given to someone else; check out again."),
  lease_released: entry(409, "Lease released", "The seat was given back; check out again."),
  borrow_not_allowed: entry(
    403,
    "Borrowing not allowed",
    "This license does not allow taking a seat offline.",
  ),
  borrow_too_long: entry(
    403,
    "Borrowed too long",
    "A seat cannot be taken offline for that long; ask for fewer days.",
  ),
  borrow_limit_reached: entry(
    409,
    "Borrow limit reached",
    "As many seats as allowed are already offline; wait for one to return.",
    true,
  ),
  meter_not_entitled: entry(403, "Meter not included", "This license does not include that kind of usage."),
  feature_not_entitled: entry(403, "Feature not included", "This license does not include that feature."),
  insufficient_credits: entry(
    402,
    "Not enough credits",
    "There are not enough credits left; add some to go on.",
  ),
  ticket_not_found: entry(404, "Ticket not found", "This ticket is not known; ask for a new one."),
  ticket_expired: entry(
    409,
    "Ticket expired",
    "This ticket has expired and its credits went back; ask for a new one.",
  ),
  ticket_voided: entry(409, "Ticket voided", "This ticket was cancelled; ask for a new one."),
  ticket_settled: entry(409, "Ticket settled", "This ticket was already settled."),
  ticket_amount_exceeded: entry(
    403,
    "Ticket amount exceeded",
    "That is more credits than one ticket may hold; use fewer at a time.",
  ),
  idempotency_conflict: entry(
    422,
    "Id used for something else",
    "This id was already used with other content; make a new id.",
  ),
  request_in_progress: entry(
    409,
    "Request in progress",
    "The same request is still being worked on; try again in a moment.",
    true,
  ),
  outcome_unknown: entry(
    503,
    "Outcome unknown",
    "The connection was lost before the outcome was known; retry with the same id, it is safe.",
    true,
  ),
  invalid_request: entry(
    400,
    "Invalid request",
    "The request is not valid; correct the fields that are named.",
  ),
  unauthorized: entry(401, "Not authenticated", "The credentials are missing or not accepted."),
  forbidden: entry(403, "Not allowed", "You are not allowed to do this; ask an owner of the account."),
  not_found: entry(404, "Not found", "There is nothing here; check the address."),
  rate_limited: entry(429, "Too many requests", "Too many requests; try again in a moment.", true),
  overloaded: entry(503, "Busy", "The server is busy; try again in a moment.", true),
  tenant_suspended: entry(403, "Account suspended", "The vendor's account is suspended; contact the vendor."),
  internal_error: entry(
    500,
    "Something went wrong",
    "Something went wrong on the server; it was logged under the correlation id.",
    true,
  ),
} as const satisfies Record<string, CodeEntry>;

export type Code = keyof typeof CODES;

export function isCode(text: string): text is Code {
  return Object.hasOwn(CODES, text);
}
