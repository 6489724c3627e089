import { SignetError } from "../domain/errors.ts";

/** Codes after which nobody can say whether the statement took effect: SQLSTATE first, then Node's socket errors. */
const LOST_CODE =
  /^(08\w{3}|57P0[1-5]|ECONNRESET|ECONNREFUSED|ECONNABORTED|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;
/** What pg says without a code: the socket closed, a reply or a free connection did not come in time. */
const LOST_MESSAGE =
  /Connection terminated|Connection ended|Client has encountered a connection error|Client was closed|Query read timeout|timeout exceeded when trying to connect|after calling end on the pool/;
/** Out of connections, memory or disk, a lock or a statement out of time, a standby: rolled back, and not one row's fault. */
const BUSY_CODE = /^(53\w{3}|55P03|57014|25006)$/;
/** A deadlock, or a conflict with a concurrent transaction: rolled back, and the same may well succeed at once. */
const CONFLICT_CODE = /^(40P01|40001)$/;

/** Whether the connection broke, so that the outcome is unknown. */
export function isConnectionLost(error: unknown): boolean {
  return someCause(error, ({ code, message }) => LOST_CODE.test(code) || LOST_MESSAGE.test(message));
}

/** Whether the database refused for want of resources; nothing was changed. */
function isDatabaseBusy(error: unknown): boolean {
  return someCause(error, ({ code }) => BUSY_CODE.test(code));
}

/** Whether the transaction lost against another one; nothing was changed. */
export function isTransactionConflict(error: unknown): boolean {
  return someCause(error, ({ code }) => CONFLICT_CODE.test(code));
}

const RETRY_AFTER_SECONDS = 1;

/**
 * What a caller is told of a failure that is the database's own and passes: undefined for any other. Where `mayHaveTakenEffect`
 * is false, nothing was asked to change.
 */
export function passingFailure(cause: unknown, mayHaveTakenEffect: boolean): SignetError | undefined {
  const options = { cause, retryAfterSeconds: RETRY_AFTER_SECONDS };
  if (isDatabaseBusy(cause)) return new SignetError("overloaded", undefined, options);
  if (!isConnectionLost(cause)) return undefined;
  if (mayHaveTakenEffect) return new SignetError("outcome_unknown", undefined, options);
  return new SignetError("overloaded", "The database cannot be reached; try again in a moment.", options);
}

/** Libraries wrap what the driver threw, so every cause is looked at. */
function someCause(error: unknown, matches: (error: { code: string; message: string }) => boolean): boolean {
  for (let current = error; current instanceof Error; current = current.cause) {
    const code = "code" in current && typeof current.code === "string" ? current.code : "";
    if (matches({ code, message: current.message })) return true;
  }
  return false;
}
