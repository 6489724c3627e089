import { newCorrelationId } from "#server/platform/ids.ts";

const CORRELATION_ID = /^[A-Za-z0-9_.:-]{8,128}$/;
const TRACE_PARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The caller's correlation id when it is well-formed, a new one when not. */
export function correlationIdOf(header: string | undefined): string {
  return header !== undefined && CORRELATION_ID.test(header) ? header : newCorrelationId();
}

/** The caller's W3C `traceparent` when it is well-formed. */
export function traceParentOf(header: string | undefined): string | undefined {
  return header !== undefined && TRACE_PARENT.test(header) ? header : undefined;
}
