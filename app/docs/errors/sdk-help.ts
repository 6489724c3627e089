import type { LocalCode } from "#sdk/codes.ts";
import type { CodeHelp } from "./help.ts";

/** What can go wrong on the device itself. The compiler asks for an entry for each code there is. */
export const SDK_CODE_HELP: Readonly<Record<LocalCode, CodeHelp>> = {
  network_error: {
    happened: "No answer came: the network is down, a proxy is in the way, or the server is.",
    todo: "Go on with what is held until `expiresAt`, and try again later. Seats and the outbox do so by themselves.",
  },
  server_error: {
    happened: "Something answered that is not a LicenseServer, such as a proxy's error page.",
    todo: "Check `server`. A captive portal in a hotel looks like this too.",
  },
  response_invalid: {
    happened:
      "The answer did not verify: its signature, its nonce, or what it is bound to is not this request's.",
    todo: "Nothing was changed by it. Check `rootKey` and `tenant`; if they are right, somebody is on the wire.",
  },
  token_invalid: {
    happened:
      "What is stored does not verify here. `reason` says what exactly: `expired`, `fingerprint`, `device_key`, `license_revoked` …",
    todo: "`expired`: refresh. `fingerprint` and `device_key`: it is another device's, so activate this one. `license_revoked`: stop granting.",
  },
  trust_invalid: {
    happened:
      "The trust bundle did not verify. `reason` says what: `expired`, `rollback`, `root_chain`, `missing` …",
    todo: "Connect once, or import a fresh security snapshot. `signature` and `root_chain` point at a wrong `rootKey`.",
  },
  license_key_mistyped: {
    happened: "The key's checksum does not fit: at least one character is wrong. Nothing was sent.",
    todo: "Show `message` next to the field, and let the user compare.",
  },
  not_activated: {
    happened: "Nothing is stored on this device.",
    todo: "Ask for a license key and call `activate`.",
  },
  clock_turned_back: {
    happened: "The machine's clock is more than five minutes before a time that the server has signed.",
    todo: "Ask the user to set the clock. Everything works again once it is right.",
  },
  outbox_full: {
    happened:
      "10,000 usage events wait on this machine, or were refused and not dismissed; nothing was recorded.",
    todo: "Let the machine reach the server, `dismiss` what was refused, or decide that the application goes on without charging.",
  },
  storage_failed: {
    happened: "The state could not be read or written.",
    todo: "Check the disk and its permissions, or pass a `storage` of your own.",
  },
  configuration_invalid: {
    happened:
      "An option given to `new Signet` is missing or wrong, and `message` names it; or a page came without HTTPS, and has no cryptography.",
    todo: "Correct the program, or serve the page by HTTPS.",
  },
  file_invalid: {
    happened: "The file is damaged, cut off, of another kind, or its signature does not verify.",
    todo: "Carry the file itself instead of its text; if it stays so, download it again.",
  },
  file_already_imported: {
    happened: "This response was imported before.",
    todo: "Nothing: it is in force. To renew, make a new request.",
  },
  file_for_other_device: {
    happened: "The response answers a request of another machine.",
    todo: "Import it there, and bring this machine the response to its own request.",
  },
  file_for_other_request: {
    happened: "The response answers another request of this machine, such as an older one.",
    todo: "Import the response to the latest request, or make a new one.",
  },
  code_mistyped: {
    happened: "A check in the code does not fit; `message` says in which group.",
    todo: "Compare that group with what is written, and type it again.",
  },
  code_refused: {
    happened:
      "The code is well-formed, but was not signed for this machine's last request code, license key and product; or it has run out.",
    todo: "See that the license key was the same on both sides. Making a new request code makes the answers to older ones worthless.",
  },
  journal_damaged: {
    happened: "The usage journal on this machine was changed or is not whole.",
    todo: "Upload what was exported before, and contact the vendor about the rest: nothing is charged by guess.",
  },
  aborted: {
    happened: "The `AbortSignal` that was passed ended the call.",
    todo: "Nothing, if that was you.",
  },
  unexpected_error: {
    happened: "A defect, in the SDK or in something it was given, such as a `storage`; `cause` holds it.",
    todo: "Report it with `cause` and the SDK's version.",
  },
};
