import { type ErrorCode, isServerCode } from "../codes.ts";
import { type FileReason, isSignetError, type SignetError } from "../errors.ts";
import { EXIT, type ExitName } from "./exit-codes.ts";

/** What went wrong on the command line itself, before or beside the SDK. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly code: string;
  readonly exit: ExitName;
  readonly next: string;

  constructor(exit: ExitName, code: string, message: string, next: string) {
    super(message);
    this.exit = exit;
    this.code = code;
    this.next = next;
  }
}

/** A failure as `--json` shows it. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly next: string;
  readonly exitCode: number;
  readonly retryable: boolean;
  readonly signed: boolean;
  readonly reason?: string;
  readonly detail?: string;
  readonly correlationId?: string;
  readonly retryAfterSeconds?: number;
}

export function failureOf(error: unknown): Failure {
  if (error instanceof CliError) {
    const { code, message, next, exit } = error;
    return { code, message, next, exitCode: EXIT[exit].code, retryable: false, signed: false };
  }
  if (!isSignetError(error)) {
    const message = error instanceof Error ? error.message : String(error);
    const next = "Run it again; if it goes on, report it.";
    return {
      code: "unexpected_error",
      message,
      next,
      exitCode: EXIT.internal.code,
      retryable: false,
      signed: false,
    };
  }
  const exit = exitOf(error);
  const { code, message, retryable, signed, reason, detail, correlationId, retryAfterSeconds } = error;
  return {
    code,
    message,
    next:
      (reason && NEXT_BY_REASON[reason]) ?? NEXT[code] ?? NEXT_BY_EXIT[exit] ?? "Ask the vendor for help.",
    exitCode: EXIT[exit].code,
    retryable,
    signed,
    ...(reason === undefined ? {} : { reason }),
    ...(detail === undefined ? {} : { detail }),
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
}

const EXITS: Partial<Record<ErrorCode, ExitName>> = {
  network_error: "unreachable",
  server_error: "unreachable",
  not_activated: "notActivated",
  storage_failed: "disk",
  configuration_invalid: "configuration",
  license_key_mistyped: "usage",
  invalid_request: "usage",
  unexpected_error: "internal",
  internal_error: "tryLater",
};

function exitOf({ code, retryable }: SignetError): ExitName {
  const exit = EXITS[code];
  if (exit !== undefined) return exit;
  if (!isServerCode(code)) return retryable ? "tryLater" : "notBelieved";
  return retryable ? "tryLater" : "refused";
}

const ACTIVATE = "Run `signet activate` with a license key.";

const NEXT: Partial<Record<ErrorCode, string>> = {
  not_activated: `${ACTIVATE} Without a network: \`signet request\`.`,
  token_invalid: ACTIVATE,
  activation_not_found: ACTIVATE,
  fingerprint_mismatch: ACTIVATE,
  device_proof_invalid: ACTIVATE,
  activation_limit_reached: "Run `signet deactivate` on a machine that no longer needs it, then try again.",
  no_seats_available: "Run it again with `--wait` to wait for a seat.",
  response_invalid:
    "Check that SIGNET_SERVER is the vendor's server, that SIGNET_ROOT_KEY is its key, and that nothing between changes answers.",
  clock_turned_back: "Set this machine's clock.",
  trust_snapshot_stale: "Run `signet import` with a fresh security snapshot, or `signet status --refresh`.",
  trust_invalid: "Check SIGNET_ROOT_KEY against the portal.",
  offline_not_allowed:
    "Run `signet activate` where there is a network, or ask the vendor for an offline license.",
  file_for_other_device: "Run `signet request` on this machine and have that request answered.",
  file_for_other_request: "Import the answer to the last request, or run `signet request` again.",
  file_already_imported: "Run `signet status`; there is nothing to import.",
  license_key_mistyped: "Compare the key with the one you were sent, and type it again.",
  code_mistyped: "Compare the code with the one you were given, and type it again.",
  code_refused: "Have this machine's last request code answered, or run `signet request --code` again.",
  insufficient_credits: "Ask the vendor for more credits; `signet usage` shows what is left.",
  outbox_full: "Run `signet usage send` where there is a network.",
  journal_damaged: "Ask the vendor, and keep the state directory as it is.",
};

const NEXT_BY_REASON: Partial<Record<FileReason, string>> = {
  missing: "Run `signet activate` where there is a network, or `signet import` with a security snapshot.",
  key_unknown: "Fetch a fresh security snapshot, and pass it with `--snapshot` or `signet import` it.",
};

const NEXT_BY_EXIT: Partial<Record<ExitName, string>> = {
  unreachable: "Check the server's address and the network, then try again.",
  tryLater: "Try again in a moment.",
  disk: "Check that the state directory is yours and the disk not full.",
  configuration: "Correct the setting; `signet help` lists the settings.",
  usage: "Run the command with `--help`.",
  notBelieved: "Fetch the file again where one was given; else run `signet activate`.",
  refused: "Ask the vendor, and name the correlation id where one is shown.",
  internal: "Report it to the vendor.",
};
