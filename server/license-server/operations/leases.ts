import type { Denied } from "#server/domain/decision.ts";
import { publicId } from "#server/domain/ids.ts";
import type { ActivationScope, Doors } from "../doors.ts";
import { keyOfDevice } from "../key-owner.ts";
import { defineOperation, type Operation, type Refusal, reply } from "../operation.ts";
import {
  checkoutRequest,
  heartbeatRequest,
  leaseParams,
  leaseResponse,
  releaseRequest,
  releaseResponse,
  tenantParams,
} from "../schemas.ts";
import type { LeaseGrant, LeasesService } from "../services.ts";
import { DEVICE_DENIALS } from "./denials.ts";

const EXAMPLE = {
  lease: {
    id: "lea_01h455vb4pex5vsknk084sn02q",
    status: "held",
    slot: 3,
    fence: 17,
    overage: false,
    borrowed: false,
    expiresAt: "2030-01-31T12:05:00.000Z",
    heartbeatDueAt: "2030-01-31T12:01:00.000Z",
  },
  token: "eyJ0eXAiOiJzaWduZXQtbGVhc2Urand0In0.e30.c2lnbmF0dXJl",
  trustSeq: 42,
};

/** Taking a floating seat, keeping it, and giving it back. */
export function leaseOperations(doors: Doors, leases: LeasesService): Operation[] {
  return [
    defineOperation({
      id: "checkout",
      method: "POST",
      path: "/v1/{tenant}/leases",
      isNewWork: true,
      summary: "Check out a seat",
      description:
        "A seat for a holder on this device. The same holder on the same device gets its own lease back: a reconnect after a crash never costs a second seat.",
      door: doors.activation,
      keyOwner: keyOfDevice,
      params: tenantParams,
      body: checkoutRequest,
      requestExample: { holder: "ada@example.com", nonce: "c2lnbmV0LW5vbmNlLTAz" },
      denials: [
        ...DEVICE_DENIALS,
        "feature_not_entitled",
        "no_seats_available",
        "borrow_not_allowed",
        "borrow_too_long",
        "borrow_limit_reached",
      ],
      responses: {
        200: { description: "The holder's own lease came back.", schema: leaseResponse, example: EXAMPLE },
        201: { description: "The seat is taken.", schema: leaseResponse, example: EXAMPLE },
      },
      async handle(scope, { body }) {
        const decision = await leases.checkout(scope.tenant.id, { ...body, ...callerOf(scope) });
        if (decision.outcome === "denied") return refusal(scope, decision, body.nonce);
        const granted = leaseBody(decision.value);
        return decision.value.resumed ? reply(200, granted) : reply(201, granted);
      },
    }),
    defineOperation({
      id: "heartbeat",
      method: "POST",
      path: "/v1/{tenant}/leases/{id}/heartbeat",
      summary: "Keep a seat",
      keepsHeld: true,
      description:
        "Holds the seat for another lease time. A lease that has run out, or whose slot was claimed anew, stays lost.",
      door: doors.activation,
      keyOwner: keyOfDevice,
      params: leaseParams,
      body: heartbeatRequest,
      requestExample: { fence: 17, nonce: "c2lnbmV0LW5vbmNlLTA0" },
      denials: [...DEVICE_DENIALS, "lease_not_found", "lease_expired", "lease_fenced", "lease_released"],
      responses: { 200: { description: "The seat is kept.", schema: leaseResponse, example: EXAMPLE } },
      async handle(scope, { params, body }) {
        const request = { leaseId: params.id, ...body, ...callerOf(scope) };
        const decision = await leases.heartbeat(scope.tenant.id, request);
        if (decision.outcome === "denied") return refusal(scope, decision, body.nonce, params.id);
        return reply(200, leaseBody(decision.value));
      },
    }),
    defineOperation({
      id: "release",
      method: "POST",
      path: "/v1/{tenant}/leases/{id}/release",
      summary: "Give a seat back",
      keepsHeld: true,
      description: "The seat is free at once. Doing it twice, or after the lease ran out, is a success.",
      door: doors.activation,
      keyOwner: keyOfDevice,
      params: leaseParams,
      body: releaseRequest,
      requestExample: { fence: 17 },
      denials: ["lease_not_found", "lease_fenced"],
      responses: {
        200: {
          description: "The seat is free.",
          schema: releaseResponse,
          example: { lease: { id: EXAMPLE.lease.id, status: "released" } },
        },
      },
      async handle(scope, { params, body }) {
        const request = { leaseId: params.id, ...body, ...callerOf(scope) };
        const decision = await leases.release(scope.tenant.id, request);
        if (decision.outcome === "denied") return refusal(scope, decision, undefined, params.id);
        return reply(200, { lease: { id: publicId("lease", params.id), status: "released" } });
      },
    }),
  ];
}

function callerOf({ activation, context, proof }: ActivationScope) {
  return {
    proof,
    activationId: activation.activationId,
    requestHash: context.requestHash(),
    correlationId: context.correlationId,
  };
}

function refusal(
  { tenant, activation }: ActivationScope,
  { code }: Denied,
  nonce: string | undefined,
  leaseId?: string,
): Refusal {
  return {
    refused: code,
    tenantId: tenant.id,
    subject:
      leaseId === undefined ? publicId("activation", activation.activationId) : publicId("lease", leaseId),
    audience: activation.product,
    ...(nonce === undefined ? {} : { nonce }),
  };
}

function leaseBody(grant: LeaseGrant) {
  return {
    lease: {
      id: publicId("lease", grant.leaseId),
      status: "held" as const,
      slot: grant.slot,
      fence: grant.fence,
      overage: grant.overage,
      borrowed: grant.borrowed,
      expiresAt: grant.expiresAt.toISOString(),
      heartbeatDueAt: grant.heartbeatDueAt.toISOString(),
    },
    token: grant.token,
    trustSeq: grant.trustSeq,
  };
}
