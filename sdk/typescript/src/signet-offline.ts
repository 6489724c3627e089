import { Activation } from "./activation.ts";
import { guarded } from "./errors.ts";
import type { TicketWanted } from "./offline-exchange.ts";
import type { Session } from "./session.ts";

export interface RequestFileOptions {
  /** Credits to take along, at most 50 tickets; each becomes one that {@link Activation.offline} spends. */
  readonly tickets?: readonly TicketWanted[];
}

/** Licensing for a machine without a network, by files that people carry. Nothing here ever uses a network. */
export class SignetOffline {
  readonly #session: Session;

  /** Made as `signet.offline`. */
  constructor(session: Session) {
    this.#session = session;
  }

  /**
   * Makes a request file: text to be carried to the server (`POST …/offline/activations`), which answers it with a response file. Each call makes a new request, and only the response to the last one can be imported.
   *
   * @throws SignetError `license_key_mistyped`, `invalid_request`, `storage_failed`.
   *
   * @example
   * const tickets = [{ meter: "render-minutes", amount: 500 }];
   * await writeFile("request.txt", await signet.offline.requestFile(licenseKey, { tickets }));
   */
  requestFile(licenseKey: string, { tickets = [] }: RequestFileOptions = {}): Promise<string> {
    return guarded(() => this.#session.offline.request(licenseKey, tickets));
  }

  /**
   * Activates this machine by the response to its last request. The text may have been through mail and chat.
   *
   * @throws SignetError `file_invalid` with the `reason` (damaged, changed, another kind of file, run out); `file_already_imported`;
   * `file_for_other_device`; `file_for_other_request`; `trust_snapshot_stale` when it was carried for longer than the license allows;
   * `clock_turned_back`; `token_invalid` when the license was revoked since.
   */
  importResponse(text: string): Promise<Activation> {
    return guarded(
      async () => new Activation(this.#session, await this.#session.offline.importResponse(text)),
    );
  }

  /**
   * Takes a newer security snapshot (`GET …/offline/snapshot`): what was revoked since, and which keys are good. Importing the same one
   * again changes nothing; call `signet.current()` afterwards.
   *
   * @throws SignetError `file_invalid` with the `reason`; `trust_invalid`, reason `rollback`, for one older than what this machine has;
   * `trust_snapshot_stale` when even this one is older than the license allows.
   */
  importSnapshot(text: string): Promise<{ readonly seq: number; readonly issuedAt: Date }> {
    return guarded(async () => {
      const { seq, issuedAt } = await this.#session.importSnapshot(text);
      return { seq, issuedAt: new Date(issuedAt * 1000) };
    });
  }

  /**
   * Makes a request code: lines of groups of five characters, for a room that no file may enter or leave. Somebody brings it, with
   * the license key, to the server (`POST …/offline/codes`), and types the response code here. Each call makes a new
   * one, and only the answer to the last can be entered. Codes bring no tickets.
   *
   * @throws SignetError `license_key_mistyped`, `storage_failed`.
   *
   * @example
   * console.log(await signet.offline.requestCode(licenseKey));
   */
  requestCode(licenseKey: string): Promise<string> {
    return guarded(() => this.#session.codes.request(licenseKey));
  }

  /**
   * Activates this machine by the response code to its last request code. The option `snapshot` must have brought the vendor's keys, and
   * `features` the codes of what the program asks about. What was typed may be in any case, with or without spaces and dashes.
   *
   * @throws SignetError `code_mistyped`, whose `message` says in which group; `code_refused` when it answers something else, or has run
   * out; `trust_invalid`, reason `missing`, without a snapshot; `token_invalid` when the license was revoked.
   */
  importCode(text: string): Promise<Activation> {
    return guarded(async () => new Activation(this.#session, await this.#session.codes.importCode(text)));
  }

  /** The files by which the last activation on this machine was given up, again; empty where none was. */
  farewell(): Promise<readonly string[]> {
    return guarded(() => this.#session.offline.farewell());
  }
}
