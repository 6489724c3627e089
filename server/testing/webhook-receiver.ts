import { createServer, type IncomingHttpHeaders, type RequestListener } from "node:http";
import { text } from "node:stream/consumers";
import { Webhook } from "standardwebhooks";
import { vi } from "vitest";
import type { Envelope } from "#server/domain/event-catalogue.ts";
import { startHttps } from "./https.ts";

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** A receiver of webhooks that answers as it is told, and remembers what it got. */
export async function startReceiver() {
  const { listener, ...receiver } = createReceiver();
  const { url, stop } = await startHttps(listener);
  return { ...receiver, url: `${url}/hooks`, stop };
}

/** The same over plain HTTP, for a process that knows nothing of our certificate. */
export async function startPlainReceiver() {
  const { listener, ...receiver } = createReceiver();
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("It listens on a port.");
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { ...receiver, url: `http://127.0.0.1:${address.port}/hooks`, stop };
}

function createReceiver() {
  const received: Received[] = [];
  let answer: Answer | "never" = { status: 204 };
  const listener: RequestListener = (request, response) => {
    void text(request).then((body) => {
      received.push({ headers: request.headers, body });
      if (answer === "never") return;
      response.writeHead(answer.status, answer.headers).end(answer.body);
    });
  };
  return {
    listener,
    received,
    answerWith(next: Answer | "never") {
      answer = next;
    },
    /** The ids of Standard Webhooks, in the order in which they came. */
    ids: () => received.map(({ headers }) => String(headers["webhook-id"])),
    events: () => received.map(({ body }): Envelope => JSON.parse(body)),
  };
}

/** Whether a receiver that has this secret believes what came, at a time. */
export function believes(secret: string, { headers, body }: Received, now: Date): boolean {
  const given = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  // The library tells the time by itself.
  vi.useFakeTimers({ toFake: ["Date"], now });
  try {
    new Webhook(secret).verify(body, given);
    return true;
  } catch {
    return false;
  } finally {
    vi.useRealTimers();
  }
}
