import { z } from "zod";
import { SignetError } from "#server/domain/errors.ts";
import type { Doors } from "../doors.ts";
import type { Metrics } from "../metrics.ts";
import { defineOperation, NOTHING, type Operation, reply } from "../operation.ts";
import { healthResponse, pingRequest, pingResponse } from "../schemas.ts";
import type { LicenseServerServices } from "../services.ts";

const READY_WAIT_MS_MAX = 2000;
const NOT_STORED = { "cache-control": "no-store" };

/** What operators, load balancers and benchmarks ask; `openApi` is called when the document is first wanted. */
export function systemOperations(
  doors: Doors,
  { database, log }: LicenseServerServices,
  metrics: Metrics,
  openApi: () => Readonly<Record<string, unknown>>,
): Operation[] {
  return [
    defineOperation({
      id: "ping",
      method: "GET",
      path: "/v1/ping",
      summary: "Answers ok",
      description: "Does nothing else: for measuring the way to this server and back.",
      door: doors.open,
      params: NOTHING,
      body: NOTHING,
      denials: [],
      responses: { 200: { description: "It is there.", schema: pingResponse, example: { status: "ok" } } },
      handle: () => reply(200, { status: "ok" }, NOT_STORED),
    }),
    defineOperation({
      id: "echo",
      method: "POST",
      path: "/v1/ping",
      summary: "Answers ok and the message it was sent",
      description: "Reads and writes JSON and does nothing else: what any operation costs at the least.",
      door: doors.open,
      params: NOTHING,
      body: pingRequest,
      requestExample: { message: "hello" },
      denials: [],
      responses: {
        200: {
          description: "It is there.",
          schema: pingResponse,
          example: { status: "ok", message: "hello" },
        },
      },
      handle: (_context, { body }) => reply(200, { status: "ok", ...body }),
    }),
    defineOperation({
      id: "openApi",
      method: "GET",
      path: "/v1/openapi.json",
      summary: "This API as an OpenAPI 3.1 document",
      door: doors.open,
      params: NOTHING,
      body: NOTHING,
      denials: [],
      responses: {
        200: {
          description: "The document.",
          schema: z.record(z.string(), z.unknown()),
          example: { openapi: "3.1.0", info: { title: "Signet runtime API", version: "1.0.0" }, paths: {} },
        },
      },
      handle: () => reply(200, openApi(), { "cache-control": "public, max-age=300" }),
    }),
    defineOperation({
      id: "health",
      method: "GET",
      path: "/healthz",
      summary: "Whether this process is alive",
      door: doors.open,
      params: NOTHING,
      body: NOTHING,
      denials: [],
      responses: { 200: { description: "It is.", schema: healthResponse, example: { status: "ok" } } },
      handle: () => reply(200, { status: "ok" }, NOT_STORED),
    }),
    defineOperation({
      id: "ready",
      method: "GET",
      path: "/readyz",
      summary: "Whether this process can do its work: its database answers",
      door: doors.open,
      params: NOTHING,
      body: NOTHING,
      denials: ["overloaded"],
      responses: { 200: { description: "It can.", schema: healthResponse, example: { status: "ok" } } },
      async handle() {
        try {
          await withinMs(database.ping(), READY_WAIT_MS_MAX);
        } catch (cause) {
          log.warn({ err: cause }, "not ready: the database does not answer");
          throw new SignetError("overloaded", "The database does not answer.", {
            cause,
            retryAfterSeconds: 2,
          });
        }
        return reply(200, { status: "ok" }, NOT_STORED);
      },
    }),
    defineOperation({
      id: "metrics",
      method: "GET",
      path: "/metrics",
      summary: "Metrics in Prometheus' text format",
      door: doors.open,
      params: NOTHING,
      body: NOTHING,
      denials: ["internal_error"],
      responses: {
        200: {
          description: "The metrics.",
          schema: z.string(),
          contentType: metrics.contentType,
          example:
            'signet_license_server_request_duration_seconds_count{operation="heartbeat",status="200"} 1024\n',
        },
      },
      handle: async () => reply(200, await metrics.text(), NOT_STORED),
    }),
  ];
}

async function withinMs(work: Promise<void>, ms: number): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
