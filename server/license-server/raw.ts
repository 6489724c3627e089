/** A request as every adapter hands it over: the only shape of HTTP the core knows. */
export interface RawRequest {
  readonly method: string;
  /** The path as the client sees it, without the query. */
  readonly path: string;
  /** Path and query exactly as the client sent them, also what the host puts before `path`. */
  readonly target: string;
  /** The host that the client asked, with its port where it named one. */
  readonly authority: string;
  readonly params: Readonly<Record<string, string | undefined>>;
  /** The body's bytes exactly as sent. */
  readonly body: Buffer | undefined;
  /** The client's address, as far as it is known. */
  readonly ip: string;
  /** A header by its lower-case name. */
  header(name: string): string | undefined;
}

/** A reply ready for the wire; header names are lower-case. */
export interface RawReply {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** The largest request body taken, in bytes. */
export const BODY_BYTES_MAX = 256 * 1024;
