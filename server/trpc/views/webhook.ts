import { publicId } from "../../domain/ids.ts";
import type { Webhooks } from "../../webhooks/service.ts";

type Endpoint = Awaited<ReturnType<Webhooks["list"]>>[number];
type Delivery = Awaited<ReturnType<Webhooks["deliveries"]>>["items"][number];
type Detail = Awaited<ReturnType<Webhooks["delivery"]>>;
type Attempt = Detail["attemptRows"][number];

export function webhookEndpoint(endpoint: Endpoint) {
  const { url, description, events, createdAt, secretMadeAt, previousSecretEndsAt } = endpoint;
  const { disabledAt, disabledReason, failingSince, health } = endpoint;
  return {
    id: publicId("webhookEndpoint", endpoint.id),
    url,
    description,
    events,
    createdAt,
    secretMadeAt,
    previousSecretEndsAt,
    disabledAt,
    disabledReason,
    failingSince,
    /** What became of the last day's events. */
    lastDay: {
      delivered: health?.delivered ?? 0,
      failed: health?.failed ?? 0,
      pending: health?.pending ?? 0,
      lastDeliveredAt: health?.lastDeliveredAt ?? null,
    },
  };
}

export function webhookDelivery(delivery: Delivery) {
  const { id, eventId, eventType, status, createdAt, nextAttemptAt, endedAt } = delivery;
  return {
    id: publicId("webhookDelivery", id),
    eventId: publicId("domainEvent", eventId),
    type: eventType,
    status,
    createdAt,
    nextAttemptAt,
    endedAt,
    attempts: delivery.attempts,
    /** Of those: since it was last sent anew. */
    tries: delivery.attempts - delivery.attemptsBefore,
    last: delivery.attemptRows.map(webhookAttempt).at(-1) ?? null,
  };
}

export function webhookDeliveryDetail(delivery: Detail) {
  const { endpoint, event, body, attemptRows } = delivery;
  return {
    ...webhookDelivery(delivery),
    correlationId: event.correlationId,
    happenedAt: event.at,
    body,
    endpoint: {
      id: publicId("webhookEndpoint", endpoint.id),
      url: endpoint.url,
      disabledAt: endpoint.disabledAt,
    },
    history: attemptRows.map(webhookAttempt),
  };
}

function webhookAttempt({ number, at, durationMs, status, error, response }: Attempt) {
  return { number, at, durationMs, status, error, response };
}
