import type { inferRouterOutputs } from "@trpc/server";
import { EVENT_TYPES, EVENTS, type EventType, SUBSCRIBABLE } from "#server/domain/event-catalogue.ts";
import { ATTEMPTS_MAX, FAILING_DAYS_MAX } from "#server/domain/webhook-schedule.ts";
import type { AppRouter } from "#server/trpc/router.ts";
import { formatNumber } from "../../../_components/format.ts";
import { relativeTime } from "../../../_components/relative-time.ts";
import type { Tone } from "../../../_components/status-badge.tsx";

type Outputs = inferRouterOutputs<AppRouter>["webhook"];
export type WebhookEndpoint = Outputs["list"][number];
export type Delivery = Outputs["deliveries"]["items"][number];
export type DeliveryDetail = Outputs["delivery"];
export type Attempt = DeliveryDetail["history"][number];

interface Look {
  readonly tone: Tone;
  readonly label: string;
}

/** What an endpoint is to somebody who glances. */
export function lookOf({ disabledAt, failingSince }: WebhookEndpoint): Look {
  if (disabledAt !== null) return { tone: "stopped", label: "Disabled" };
  return failingSince === null ? { tone: "good", label: "Enabled" } : { tone: "warning", label: "Failing" };
}

/** Why nothing is sent to it, or will soon not be; undefined while all is well. */
export function troubleOf(
  { disabledReason, failingSince }: Pick<WebhookEndpoint, "disabledReason" | "failingSince">,
  now: Date,
): string | undefined {
  switch (disabledReason) {
    case "gone":
      return "The receiver answered 410 Gone, so it was disabled. Enable it again once something listens there.";
    case "failing":
      return `It took nothing for ${FAILING_DAYS_MAX} days, so it was disabled. Mend the receiver, send a test, then replay what it missed.`;
    case "person":
      return "Nothing is sent to it until it is enabled again; what waits for it waits on.";
    case null:
      return failingSince === null
        ? undefined
        : `It began to fail ${relativeTime(failingSince, now < failingSince ? failingSince : now)} and has taken nothing since. After ${FAILING_DAYS_MAX} days of that it is disabled.`;
  }
}

export const DELIVERY_LOOKS: Readonly<Record<Delivery["status"], Look>> = {
  pending: { tone: "waiting", label: "On its way" },
  delivered: { tone: "good", label: "Delivered" },
  failed: { tone: "bad", label: "Given up" },
};

/** What will happen next to a delivery, or how it ended. */
export function nextWords(
  delivery: Pick<Delivery, "status" | "tries" | "nextAttemptAt">,
  endpointDisabled: boolean,
  now: Date,
): string {
  const { status, tries, nextAttemptAt } = delivery;
  if (status === "delivered") return tries === 1 ? "Taken at once" : `Taken at attempt ${tries}`;
  if (status === "failed") return `Given up after ${tries} attempts`;
  if (endpointDisabled) return "Waits until the endpoint is enabled";
  const which = `attempt ${Math.min(tries + 1, ATTEMPTS_MAX)} of ${ATTEMPTS_MAX}`;
  if (nextAttemptAt === null || nextAttemptAt <= now) return `Being sent now (${which})`;
  return `Next try ${relativeTime(nextAttemptAt, now)} (${which})`;
}

/** An attempt, or the place of one whose worker was stopped before it heard. */
export type Step = Attempt | { readonly number: number; readonly interrupted: true };

/** Newest first. Numbers without a row were begun and never ended; the newest may still be under way. */
export function stepsOf({ attempts, history }: Pick<DeliveryDetail, "attempts" | "history">): Step[] {
  const ended = new Map(history.map((attempt) => [attempt.number, attempt]));
  return Array.from({ length: attempts }, (_, index) => attempts - index).flatMap((number): Step[] => {
    const attempt = ended.get(number);
    if (attempt !== undefined) return [attempt];
    return number === attempts ? [] : [{ number, interrupted: true }];
  });
}

/** "HTTP 503", or why no answer came. */
export function answerWords({ status, error }: Pick<Attempt, "status" | "error">): string {
  return status === null ? (error ?? "No answer came") : `HTTP ${status}`;
}

export function isTaken({ status }: Pick<Attempt, "status">): boolean {
  return status !== null && status >= 200 && status < 300;
}

/** "84 ms", "3.2 s". */
export function durationWords(ms: number): string {
  return ms < 1_000 ? `${formatNumber(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

const GROUPS: readonly { readonly label: string; readonly begins: readonly string[] }[] = [
  { label: "Licenses", begins: ["license."] },
  { label: "Devices", begins: ["activation."] },
  { label: "Running short", begins: ["pool.", "credits."] },
  { label: "Customers and policies", begins: ["customer.", "policy."] },
  { label: "Trust and health", begins: ["key.", "incident."] },
];

export interface EventGroup {
  readonly label: string;
  readonly events: readonly { readonly type: EventType; readonly when: string }[];
}

/** Every event an endpoint may ask for, under what it is about. */
export const EVENT_GROUPS: readonly EventGroup[] = GROUPS.map(({ label, begins }) => ({
  label,
  events: SUBSCRIBABLE.filter((type) => begins.some((start) => type.startsWith(start))).map((type) => ({
    type,
    when: EVENTS[type].when,
  })),
}));

export const TYPE_OPTIONS = EVENT_TYPES.map((type) => ({ value: type, label: type }));

/** How a receiver makes sure that Signet sent it. */
export function verifySnippet(secret: string): string {
  return `import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { Webhook } from "standardwebhooks";

const webhook = new Webhook(${JSON.stringify(secret)});

createServer(async (request, response) => {
  try {
    const headers = request.headers as Record<string, string>;
    const event = webhook.verify(await text(request), headers) as { type: string; data: unknown };
    // Answer first, work later; the same webhook-id may come twice.
    response.writeHead(204).end();
    console.log(headers["webhook-id"], event.type, event.data);
  } catch {
    response.writeHead(400).end();
  }
}).listen(4000);`;
}
