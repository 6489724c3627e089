import type { Doors } from "../doors.ts";
import { parseQuery } from "../fields.ts";
import { defineOperation, NOTHING, type Operation, reply } from "../operation.ts";
import { tenantParams } from "../schemas.ts";
import { balancesQuery, balancesResponse, usageRequest, usageResponse } from "../schemas-usage.ts";
import type { Balance, UsageService } from "../services.ts";
import { callerOf, creditRefusal, replayedHeader } from "./credit-caller.ts";
import { DEVICE_DENIALS } from "./denials.ts";

const EVENT = { id: "0198c0de-7c1b-7d3a-9d53-0d7a3c5e9b12", meter: "render-minutes", amount: 5 };

/** Charging what was used, and seeing what is left. */
export function usageOperations(doors: Doors, usage: UsageService): Operation[] {
  return [
    defineOperation({
      id: "recordUsage",
      method: "POST",
      path: "/v1/{tenant}/usage",
      isNewWork: true,
      summary: "Charge usage",
      description:
        "Charges up to 1,000 events, each by itself and in this order. An event's id is yours and charges once: sent again, also in another request, it is a duplicate. When in doubt whether a request arrived, send it again.",
      door: doors.activationOrBackend("usage:write"),
      params: tenantParams,
      body: usageRequest,
      requestExample: { events: [{ ...EVENT, occurredAt: "2030-01-31T12:00:00.000Z" }] },
      denials: ["license_not_found", ...DEVICE_DENIALS],
      responses: {
        200: {
          description:
            "Every event is decided; the refused ones say why: `insufficient_credits`, `meter_not_entitled` or `idempotency_conflict`.",
          schema: usageResponse,
          example: {
            events: [{ id: EVENT.id, outcome: "accepted", entry: 7, balance: 495 }],
            receipt: "eyJ0eXAiOiJzaWduZXQtcmVjZWlwdCtqd3QifQ.e30.c2lnbmF0dXJl",
            trustSeq: 42,
          },
          headers: { "idempotent-replayed": "`true` when every event was answered before." },
        },
      },
      async handle(scope, { body: { license, ...request } }) {
        const caller = callerOf(scope, license);
        const decision = await usage.record(scope.tenant.id, { ...request, ...caller });
        if (decision.outcome === "denied") return creditRefusal(scope, decision, caller);
        const { events, trustSeq } = decision.value;
        const recorded = { events, receipt: await decision.value.receipt(), trustSeq };
        return reply(200, recorded, replayedHeader(decision.value));
      },
    }),
    defineOperation({
      id: "balances",
      method: "GET",
      path: "/v1/{tenant}/balances",
      summary: "See what is left",
      description: "Every meter of the license, sorted by code.",
      door: doors.activationOrBackend("balances:read"),
      params: tenantParams,
      query: balancesQuery,
      body: NOTHING,
      denials: ["license_not_found", ...DEVICE_DENIALS],
      responses: {
        200: {
          description: "The balances as they are now.",
          schema: balancesResponse,
          example: {
            balances: [
              {
                meter: "render-minutes",
                unit: "minutes",
                granted: 500,
                reserved: 40,
                spent: 5,
                available: 455,
                overdraft: 0,
              },
            ],
            trustSeq: 42,
          },
        },
      },
      async handle(scope) {
        const { license } = parseQuery(balancesQuery, scope.context.request.target);
        const caller = callerOf(scope, license, "/query/license");
        const decision = await usage.balances(scope.tenant.id, caller);
        if (decision.outcome === "denied") return creditRefusal(scope, decision, caller);
        const { balances, trustSeq } = decision.value;
        return reply(200, { balances: balances.map(balanceBody), trustSeq });
      },
    }),
  ];
}

/** Without what only the vendor is told of an account. */
function balanceBody({ meter, unit, granted, reserved, spent, available, overdraft }: Balance) {
  return { meter, unit, granted, reserved, spent, available, overdraft };
}
