/** What every entry point exports alike. */
export type { Activation, LicenseSummary } from "./activation.ts";
export type { ActivationStatus } from "./activation-status.ts";
export type { ActivationEvents } from "./activation-watch.ts";
export type { Balance } from "./balances.ts";
export type { Clock } from "./clock.ts";
export type { ErrorCode, LocalCode, ServerCode } from "./codes.ts";
export type { DebugEvent } from "./debug.ts";
export type { DeniedUsage } from "./denied-usage.ts";
export {
  type FileReason,
  isSignetError,
  SignetError,
  type SignetFailure,
  type TokenReason,
  type TrustReason,
} from "./errors.ts";
export { type FingerprintProvider, installFingerprint } from "./fingerprint.ts";
export type { Fetch } from "./http.ts";
export { type ParsedLicenseKey, parseLicenseKey } from "./license-key.ts";
export type { TicketWanted } from "./offline-exchange.ts";
export type { OfflineTicket } from "./offline-ticket.ts";
export type { OfflineUse } from "./offline-use.ts";
export type { SignetOptions } from "./options.ts";
export type { RootKey } from "./root-key.ts";
export type { Seat, SeatEvents, SeatStatus } from "./seat.ts";
export type { SeatLost, SeatLostReason } from "./seat-lost.ts";
export type { CheckoutOptions } from "./seats.ts";
export type { RequestFileOptions, SignetOffline } from "./signet-offline.ts";
export { memoryStorage, type StateStorage, type WebStorageArea, webStorage } from "./storage.ts";
export type { Ticket, TicketStatus } from "./ticket.ts";
export type { TicketReceipt } from "./ticket-record.ts";
export type { TicketOptions } from "./tickets.ts";
export type { RecordOptions, Usage, UsageEvents } from "./usage.ts";
export type { Features, FeatureValue, PublicKeyJwk } from "./wire.ts";
