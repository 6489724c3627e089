import type { Doors } from "../doors.ts";
import { defineOperation, type Operation, reply } from "../operation.ts";
import { tenantParams } from "../schemas.ts";
import {
  settleRequest,
  ticketEndResponse,
  ticketParams,
  ticketRequest,
  ticketResponse,
  voidRequest,
} from "../schemas-usage.ts";
import type { TicketEnd, TicketGrant, UsageService } from "../services.ts";
import { callerOf, creditRefusal, replayedHeader } from "./credit-caller.ts";
import { DEVICE_DENIALS } from "./denials.ts";

const TICKET = { id: "0198c0de-7c1b-7d3a-9d53-0d7a3c5e9b11", meter: "render-minutes", amount: 40 };
const TICKET_EXAMPLE = {
  ticket: {
    ...TICKET,
    status: "pending",
    issuedAt: "2030-01-31T12:00:00.000Z",
    expiresAt: "2030-01-31T13:00:00.000Z",
  },
  balance: 460,
  token: "eyJ0eXAiOiJzaWduZXQtdGlja2V0K2p3dCJ9.e30.c2lnbmF0dXJl",
  trustSeq: 42,
};
const SETTLED_EXAMPLE = {
  ticket: { ...TICKET, status: "settled", used: 25, endedAt: "2030-01-31T12:20:00.000Z" },
  balance: 475,
  receipt: "eyJ0eXAiOiJzaWduZXQtcmVjZWlwdCtqd3QifQ.e30.c2lnbmF0dXJl",
  trustSeq: 42,
};
const VOIDED_EXAMPLE = {
  ...SETTLED_EXAMPLE,
  ticket: { ...SETTLED_EXAMPLE.ticket, status: "voided", used: 0 },
  balance: 500,
};
const REPLAYED = {
  "idempotent-replayed": "`true` when this was done before, and is the first answer again.",
};

/** Reserving credits, and charging or returning what was reserved. */
export function ticketOperations(doors: Doors, usage: UsageService): Operation[] {
  return [
    defineOperation({
      id: "issueTicket",
      method: "POST",
      path: "/v1/{tenant}/tickets",
      isNewWork: true,
      summary: "Reserve credits",
      description:
        "A ticket holds credits until it is settled, voided or expires. Its id is yours and takes effect once: the same id with the same content gets the first answer again, also after the ticket has ended.",
      door: doors.activationOrBackend("tickets:write"),
      params: tenantParams,
      body: ticketRequest,
      requestExample: TICKET,
      denials: [
        "license_not_found",
        ...DEVICE_DENIALS,
        "meter_not_entitled",
        "ticket_amount_exceeded",
        "insufficient_credits",
        "idempotency_conflict",
      ],
      responses: {
        200: {
          description: "The credits were reserved before.",
          schema: ticketResponse,
          example: TICKET_EXAMPLE,
          headers: REPLAYED,
        },
        201: { description: "The credits are reserved.", schema: ticketResponse, example: TICKET_EXAMPLE },
      },
      async handle(scope, { body: { license, ...request } }) {
        const caller = callerOf(scope, license);
        const decision = await usage.issue(scope.tenant.id, { ...request, ...caller });
        if (decision.outcome === "denied") return creditRefusal(scope, decision, caller);
        const granted = ticketBody(decision.value);
        const header = replayedHeader(decision.value);
        return header === undefined ? reply(201, granted) : reply(200, granted, header);
      },
    }),
    defineOperation({
      id: "settleTicket",
      method: "POST",
      path: "/v1/{tenant}/tickets/{id}/settle",
      summary: "Charge what was used of a ticket",
      keepsHeld: true,
      description:
        "Charges what was used and returns the rest, once. It is taken from the device that got the ticket whatever has become of its license since: what was used is owed.",
      door: doors.activationOrBackend("tickets:write"),
      params: ticketParams,
      body: settleRequest,
      requestExample: { used: 25 },
      denials: [
        "ticket_not_found",
        "ticket_amount_exceeded",
        "ticket_expired",
        "ticket_voided",
        "ticket_settled",
      ],
      responses: {
        200: {
          description: "The ticket is settled.",
          schema: ticketEndResponse,
          example: SETTLED_EXAMPLE,
          headers: REPLAYED,
        },
      },
      async handle(scope, { params, body }) {
        const caller = callerOf(scope, body.license);
        const request = { ticketId: params.id, used: body.used, ...caller };
        const decision = await usage.settle(scope.tenant.id, request);
        if (decision.outcome === "denied") return creditRefusal(scope, decision, caller, params.id);
        return reply(200, ticketEndBody(decision.value), replayedHeader(decision.value));
      },
    }),
    defineOperation({
      id: "voidTicket",
      method: "POST",
      path: "/v1/{tenant}/tickets/{id}/void",
      summary: "Give all of a ticket back",
      keepsHeld: true,
      description: "Returns all that the ticket reserved, once.",
      door: doors.activationOrBackend("tickets:write"),
      params: ticketParams,
      body: voidRequest,
      requestExample: {},
      denials: ["ticket_not_found", "ticket_expired", "ticket_settled"],
      responses: {
        200: {
          description: "The credits are back.",
          schema: ticketEndResponse,
          example: VOIDED_EXAMPLE,
          headers: REPLAYED,
        },
      },
      async handle(scope, { params, body }) {
        const caller = callerOf(scope, body.license);
        const decision = await usage.void(scope.tenant.id, { ticketId: params.id, ...caller });
        if (decision.outcome === "denied") return creditRefusal(scope, decision, caller, params.id);
        return reply(200, ticketEndBody(decision.value), replayedHeader(decision.value));
      },
    }),
  ];
}

function ticketBody({ ticketId, meter, amount, issuedAt, expiresAt, balance, token, trustSeq }: TicketGrant) {
  return {
    ticket: {
      id: ticketId,
      status: "pending" as const,
      meter,
      amount,
      issuedAt: issuedAt.toISOString(),
      expiresAt: expiresAt.toISOString(),
    },
    balance,
    token,
    trustSeq,
  };
}

function ticketEndBody({ ticketId, endedAt, balance, receipt, trustSeq, ...ended }: TicketEnd) {
  const { status, meter, amount, used } = ended;
  return {
    ticket: { id: ticketId, status, meter, amount, used, endedAt: endedAt.toISOString() },
    balance,
    receipt,
    trustSeq,
  };
}
