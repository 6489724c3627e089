import type { Code } from "#server/domain/codes.ts";

/** Of one code, for the application's developer: what brought it about, and what to do about it. */
export interface CodeHelp {
  readonly happened: string;
  readonly todo: string;
}

/** The compiler asks for an entry for each code there is. */
export const CODE_HELP: Readonly<Record<Code, CodeHelp>> = {
  license_not_found: {
    happened:
      "No license of this tenant has the key. A mistyped key is noticed before it is sent, so this one is another vendor's, or was never issued.",
    todo: "Ask for the key again, and show what was entered. Check that `tenant` is yours.",
  },
  license_suspended: {
    happened: "Staff suspended the license, or a payment process of yours did.",
    todo: "Stop granting what is licensed, keep the user's data, and say whom to contact. Reinstating it works at once; try again at the next start.",
  },
  license_revoked: {
    happened:
      "The license was revoked for good. Applications that are offline learn it from the next trust bundle.",
    todo: "Stop granting what is licensed. A new license is needed; activating again will not help.",
  },
  license_expired: {
    happened: "Its time and its grace are over.",
    todo: "Offer to renew. Once staff have renewed it, `refresh()` is enough; nothing has to be activated again.",
  },
  license_not_yet_valid: {
    happened: "Its validity begins later.",
    todo: "Say from when, and try again then.",
  },
  product_mismatch: {
    happened: "The license is for another product of yours.",
    todo: "Ask for the key of this product, and check the `product` your program is configured with.",
  },
  activation_limit_reached: {
    happened: "As many devices as the license allows are active.",
    todo: "Let the user deactivate another device, there or in the customer portal; or offer more devices.",
  },
  activation_not_found: {
    happened:
      "This activation is unknown, or was deactivated: by its user, by staff, or by a receipt that was uploaded.",
    todo: "Ask for the license key and activate again.",
  },
  activation_revoked: {
    happened: "Staff revoked this device.",
    todo: "Stop granting what is licensed on it, and say whom to contact.",
  },
  fingerprint_mismatch: {
    happened: "The request names an activation of another device, or too much of this one has changed.",
    todo: "Activate this device. Where it happens to devices that only got a new part, loosen how alike a device must stay in the policy.",
  },
  device_proof_invalid: {
    happened:
      "The policy asks for a proof of the device's key (DPoP), and it was missing, wrong, too old, or used before.",
    todo: "The SDK makes proofs by itself. Behind a proxy, see that `Host` and the path are passed on unchanged; check the machine's clock.",
  },
  offline_not_allowed: {
    happened: "The policy does not allow activation without a network.",
    todo: "Connect once, or allow it in the policy.",
  },
  offline_request_invalid: {
    happened:
      "The file is damaged, was cut off on its way, is of another kind, or its signature is not its maker's.",
    todo: "Send the file itself instead of its text. If it stays so, make a new request on the machine.",
  },
  offline_request_replayed: {
    happened: "A request with this nonce was answered before, and this one says something else.",
    todo: "Make a new request. Uploading the very same file again is fine: it gets the same response.",
  },
  trust_snapshot_stale: {
    happened: "The machine has not heard of revocations for longer than the policy allows.",
    todo: "Download a fresh security snapshot in the portal and import it on the machine.",
  },
  no_seats_available: {
    happened:
      "All seats of the pool are held, what is free is reserved for another group, or the holder has as many as the policy lets one have.",
    todo: "Wait and try again, or let a manager free a stuck seat in the customer portal. A silent client's seat comes back by itself.",
  },
  lease_not_found: {
    happened: "This lease is unknown, or belongs to another device.",
    todo: "Check out again.",
  },
  lease_expired: {
    happened: "No heartbeat came in time. The seat may have gone to somebody else.",
    todo: "Save the user's work, then check out again.",
  },
  lease_fenced: {
    happened: "The seat was claimed anew since, so this heartbeat speaks for a claim that is over.",
    todo: "Save the user's work, then check out again. Two processes that share one lease also see this: let one of them hold it.",
  },
  lease_released: {
    happened: "The seat was given back: by this application, by its manager, or by staff.",
    todo: "Check out again.",
  },
  borrow_not_allowed: {
    happened: "The policy does not let seats leave the network.",
    todo: "Check out without borrowing, or allow it in the policy.",
  },
  borrow_too_long: {
    happened: "The policy allows fewer days.",
    todo: "Ask for fewer seconds in `borrowForSeconds`.",
  },
  borrow_limit_reached: {
    happened: "As many seats as may be borrowed at once are away.",
    todo: "Wait for one to come back, or check out without borrowing.",
  },
  meter_not_entitled: {
    happened: "The license has no such meter.",
    todo: "Check the meter's code. If it is right, the customer's policy does not include it.",
  },
  feature_not_entitled: {
    happened: "The license includes no seats, or no such feature.",
    todo: "Offer what includes it.",
  },
  insufficient_credits: {
    happened: "What is available, overdraft included, is less than what was asked for. Nothing was charged.",
    todo: "Say how much is left (`balances`), and offer more. Credits of a period come back by themselves when it renews.",
  },
  ticket_not_found: {
    happened: "No ticket of this license has this id.",
    todo: "Use the id that the ticket was issued under.",
  },
  ticket_expired: {
    happened: "The ticket's time was over before it was settled, so its credits went back.",
    todo: "Ask for a new one. If work takes longer than tickets last, raise the ticket's time in the policy.",
  },
  ticket_voided: { happened: "The ticket was given back before.", todo: "Ask for a new one." },
  ticket_settled: {
    happened: "The ticket was settled before, with another amount.",
    todo: "Nothing, if that was you. The same settlement again gets the first receipt again.",
  },
  ticket_amount_exceeded: {
    happened:
      "More was used than the ticket reserved, or a ticket larger than the policy allows was asked for.",
    todo: "Settle at most its amount, and charge the rest as usage; or ask for smaller tickets.",
  },
  idempotency_conflict: {
    happened: "This id, or this Idempotency-Key, came before with other content. Nothing was changed.",
    todo: "Make a fresh id for each thing, and send the same content when you send the same id.",
  },
  request_in_progress: {
    happened: "The first request with this Idempotency-Key is not answered yet.",
    todo: "Wait a moment and send the same again.",
  },
  outcome_unknown: {
    happened: "The connection to the database broke in the middle: it may have taken effect or not.",
    todo: "Send the very same request again, with the same id. It takes effect once.",
  },
  invalid_request: {
    happened: "The request does not have the form that the API asks for.",
    todo: "Read `errors`: each names a field by its JSON pointer, and what is wrong with it.",
  },
  unauthorized: {
    happened: "The credential is missing, wrong, expired or revoked. Which of them is not said.",
    todo: "A device activates again. A backend checks its API key, and that it is for this tenant.",
  },
  forbidden: {
    happened: "The credential is good, but has not the scope for this.",
    todo: "Use a key with the scope that the API's description names.",
  },
  not_found: {
    happened: "There is no such address or tenant.",
    todo: "Check the path and the tenant's name.",
  },
  rate_limited: {
    happened: "Too many requests of this client or tenant, or too many wrong credentials from this network.",
    todo: "Wait for `Retry-After` seconds. The `RateLimit` headers say what is left of each limit.",
  },
  overloaded: {
    happened:
      "The server has as much under way as it can do well. Heartbeats, releases and the ends of tickets still get through.",
    todo: "Wait for `Retry-After` seconds; the SDK does. If it lasts, the operator adds processes.",
  },
  tenant_suspended: {
    happened: "The vendor's account is suspended on this server.",
    todo: "The vendor contacts whoever operates it.",
  },
  internal_error: {
    happened: "A defect on the server. It was logged under the correlation id.",
    todo: "Try again; if it stays, send the correlation id to the operator.",
  },
};
