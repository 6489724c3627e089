import type { RawRequest } from "./raw.ts";

const EXPOSED =
  "x-correlation-id, idempotent-replayed, retry-after, ratelimit, ratelimit-policy, etag, www-authenticate";

/** Any page may call: the API uses no cookies, so a browser adds nothing the page does not already hold. */
export function allowBrowsers(request: RawRequest, headers: Record<string, string>): void {
  // A cached GET may later be shown to a browser, so those say it always.
  if (request.method !== "GET" && request.header("origin") === undefined) return;
  headers["access-control-allow-origin"] = "*";
  headers["access-control-expose-headers"] = EXPOSED;
}

/** The answer to a browser's question whether it may send such a request. */
export function preflightHeaders(methods: readonly string[]): Record<string, string> {
  return {
    allow: methods.join(", "),
    "access-control-allow-origin": "*",
    "access-control-allow-methods": methods.join(", "),
    "access-control-allow-headers":
      "authorization, content-type, if-none-match, traceparent, x-correlation-id, idempotency-key, dpop, signature, signature-input, content-digest",
    "access-control-max-age": "86400",
  };
}
