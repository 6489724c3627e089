/** What the SDK knows about a code: whether trying again can help, and what to tell the person at the screen. */
interface CodeFacts {
  readonly retryable: boolean;
  readonly sentence: string;
}

function lasting(sentence: string): CodeFacts {
  return { retryable: false, sentence };
}

function passing(sentence: string): CodeFacts {
  return { retryable: true, sentence };
}

/** Every refusal a Signet server can answer with. */
const SERVER_CODES = {
  license_not_found: lasting("No license has this key; check it against the one you were sent."),
  license_suspended: lasting("This license is suspended; ask the vendor to reinstate it."),
  license_revoked: lasting("This license was revoked and cannot be used again; contact the vendor."),
  license_expired: lasting("This license has expired; renew it to go on."),
  license_not_yet_valid: passing("This license is not valid yet; try again once its first day has come."),
  product_mismatch: lasting("This license is for another product."),
  activation_limit_reached: lasting(
    "This license is in use on as many devices as it allows; deactivate one first.",
  ),
  activation_not_found: lasting("This device is not activated; activate it again."),
  activation_revoked: lasting("This device's activation was revoked; contact the vendor."),
  fingerprint_mismatch: lasting("This activation belongs to another device; activate this one."),
  device_proof_invalid: lasting("This device could not prove its key; activate it again."),
  offline_not_allowed: lasting("This license does not allow offline activation; connect to the internet."),
  offline_request_invalid: lasting(
    "This request file is damaged or was not made by this product; make a new one.",
  ),
  offline_request_replayed: lasting(
    "This request file was already answered with other content; make a new one.",
  ),
  trust_snapshot_stale: lasting("The security snapshot on this machine is too old; import a fresh one."),
  no_seats_available: passing(
    "No seat is free for you: all are in use, or you hold as many as one may; wait for one to come free.",
  ),
  lease_not_found: lasting("This seat is not held; check out again."),
  lease_expired: lasting("The seat was lost because no heartbeat came in time; check out again."),
  lease_fenced: lasting("The seat has been given to someone else; check out again."),
  lease_released: lasting("The seat was given back; check out again."),
  borrow_not_allowed: lasting("This license does not allow taking a seat offline."),
  borrow_too_long: lasting("A seat cannot be taken offline for that long; ask for fewer days."),
  borrow_limit_reached: passing("As many seats as allowed are already offline; wait for one to return."),
  meter_not_entitled: lasting("This license does not include that kind of usage."),
  feature_not_entitled: lasting("This license does not include that feature."),
  insufficient_credits: lasting("There are not enough credits left; add some to go on."),
  ticket_not_found: lasting("This ticket is not known; ask for a new one."),
  ticket_expired: lasting("This ticket has expired and its credits went back; ask for a new one."),
  ticket_voided: lasting("This ticket was cancelled; ask for a new one."),
  ticket_settled: lasting("This ticket was already settled."),
  ticket_amount_exceeded: lasting("That is more credits than one ticket may hold; use fewer at a time."),
  idempotency_conflict: lasting("This id was already used with other content; make a new id."),
  request_in_progress: passing("The same request is still being worked on; try again in a moment."),
  outcome_unknown: passing(
    "The connection was lost before the outcome was known; retry with the same id, it is safe.",
  ),
  invalid_request: lasting("The request is not valid; correct the fields that are named."),
  unauthorized: lasting("The credentials are missing or not accepted."),
  forbidden: lasting("You are not allowed to do this; ask an owner of the account."),
  not_found: lasting("There is nothing here; check the address."),
  rate_limited: passing("Too many requests; try again in a moment."),
  overloaded: passing("The server is busy; try again in a moment."),
  tenant_suspended: lasting("The vendor's account is suspended; contact the vendor."),
  internal_error: passing("Something went wrong on the server; it was logged under the correlation id."),
} as const satisfies Record<string, CodeFacts>;

/** What can go wrong on this side of the wire. */
const LOCAL_CODES = {
  network_error: passing("The license server could not be reached; check the connection and try again."),
  server_error: passing("The license server gave an answer that makes no sense; try again later."),
  response_invalid: lasting("The license server's answer could not be verified, so it was not believed."),
  token_invalid: lasting("The license on this machine could not be verified; activate it again."),
  trust_invalid: lasting(
    "The vendor's trust bundle could not be verified; connect to the internet and try again.",
  ),
  license_key_mistyped: lasting("This license key is mistyped; compare it with the one you were sent."),
  not_activated: lasting("This device is not activated yet; enter a license key."),
  clock_turned_back: lasting("This machine's clock is behind; set it to the right time and try again."),
  file_invalid: lasting("This file is damaged or is not the one expected here; fetch it again."),
  file_already_imported: lasting("This file was imported on this machine before; nothing has changed."),
  file_for_other_device: lasting("This file was made for another machine; make a request on this one."),
  file_for_other_request: lasting(
    "This file does not answer the last request made on this machine; fetch the answer to that one.",
  ),
  code_mistyped: lasting("This code is mistyped; compare it with the one you were given."),
  code_refused: lasting(
    "This code does not answer the last request code of this machine; compare both, and the license key.",
  ),
  journal_damaged: lasting(
    "The usage journal on this machine was changed or is not whole; contact the vendor.",
  ),
  outbox_full: passing("Too much usage is waiting to be sent; connect to the internet and try again."),
  storage_failed: lasting(
    "The license could not be read or saved on this machine; check its disk and permissions.",
  ),
  configuration_invalid: lasting("This program's licensing is set up wrongly; contact the vendor."),
  aborted: passing("The request was cancelled."),
  unexpected_error: lasting("Something went wrong in this program's licensing; contact the vendor."),
} as const satisfies Record<string, CodeFacts>;

export type ServerCode = keyof typeof SERVER_CODES;
export type LocalCode = keyof typeof LOCAL_CODES;
/** Every code a `SignetError` can carry. */
export type ErrorCode = ServerCode | LocalCode;

export const CODE_FACTS: Readonly<Record<ErrorCode, CodeFacts>> = { ...SERVER_CODES, ...LOCAL_CODES };

export function isServerCode(code: unknown): code is ServerCode {
  return typeof code === "string" && Object.hasOwn(SERVER_CODES, code);
}
