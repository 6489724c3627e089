import { hash } from "node:crypto";
import type { RawRequest } from "./raw.ts";

const EMPTY = new Uint8Array(0);

/** One request on its way through an operation. */
export class RequestContext {
  readonly request: RawRequest;
  readonly correlationId: string;

  constructor(request: RawRequest, correlationId: string) {
    this.request = request;
    this.correlationId = correlationId;
  }

  /** base64url SHA-256 of the body as sent: what a signed answer is bound to. Computed only by those who sign. */
  requestHash(): string {
    return hash("sha256", this.request.body ?? EMPTY, "base64url");
  }
}
