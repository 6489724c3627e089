import { hash } from "node:crypto";
import { traceParentOf } from "./correlation.ts";
import type { RawRequest } from "./raw.ts";

const EMPTY = new Uint8Array(0);

/** One request on its way through an operation. */
export class RequestContext {
  readonly request: RawRequest;
  readonly correlationId: string;
  /** The trace it is part of (W3C), where the caller said so. */
  readonly traceParent: string | undefined;
  /** Whether it only keeps or gives back what somebody has. */
  readonly keepsHeld: boolean;
  /** Headers of the answer, whatever it is, unless it has those itself. */
  readonly notes: Record<string, string> = {};

  constructor(request: RawRequest, correlationId: string, keepsHeld = false) {
    this.request = request;
    this.correlationId = correlationId;
    this.traceParent = traceParentOf(request.header("traceparent"));
    this.keepsHeld = keepsHeld;
  }

  /** Adds to the answer's headers; what one already lists gets one member more. */
  note(headers: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(headers)) {
      const listed = this.notes[name];
      this.notes[name] = listed === undefined ? value : `${listed}, ${value}`;
    }
  }

  /** base64url SHA-256 of the body as sent: what a signed answer is bound to. Computed only by those who sign. */
  requestHash(): string {
    return hash("sha256", this.request.body ?? EMPTY, "base64url");
  }
}
