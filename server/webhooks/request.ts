import { Webhook } from "standardwebhooks";
import type { Envelope } from "../domain/event-catalogue.ts";
import { publicId } from "../domain/ids.ts";

export interface StoredEvent {
  readonly id: string;
  readonly type: string;
  readonly version: number;
  readonly at: Date;
  readonly data: unknown;
  readonly correlationId: string;
}

/** What a receiver gets: the same text at every attempt. */
export function bodyOf(tenantId: string, event: StoredEvent): string {
  const { type, version, at, data, correlationId } = event;
  const envelope: Envelope = {
    id: publicId("domainEvent", event.id),
    type,
    version,
    timestamp: at.toISOString(),
    tenant: publicId("tenant", tenantId),
    correlationId,
    data,
  };
  return JSON.stringify(envelope);
}

/** The headers of Standard Webhooks; one signature for each secret, any of which a receiver may believe. */
export function headersOf(
  messageId: string,
  body: string,
  secrets: readonly string[],
  now: Date,
): Readonly<Record<string, string>> {
  return {
    "content-type": "application/json",
    "user-agent": "Signet-Webhooks/1",
    "webhook-id": messageId,
    "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
    "webhook-signature": secrets.map((secret) => new Webhook(secret).sign(messageId, now, body)).join(" "),
  };
}
