import type { Denied } from "#server/domain/decision.ts";
import { SignetError } from "#server/domain/errors.ts";
import { publicId } from "#server/domain/ids.ts";
import type { ActivationScope, Doors } from "../doors.ts";
import type { FailureLimiter } from "../failure-limiter.ts";
import { keyOfAnybody, keyOfDevice } from "../key-owner.ts";
import { defineOperation, type Operation, type Refusal, reply } from "../operation.ts";
import {
  activateRequest,
  activationParams,
  activationResponse,
  deactivateRequest,
  deactivateResponse,
  refreshRequest,
  tenantParams,
} from "../schemas.ts";
import type { ActivationGrant, ActivationsService } from "../services.ts";
import { DEVICE_DENIALS, LICENSE_DENIALS } from "./denials.ts";

const EXAMPLE = {
  activation: {
    id: "act_01h455vb4pex5vsknk084sn02q",
    license: "lic_01h455vb4pex5vsknk084sn02r",
    status: "active",
    created: true,
    expiresAt: "2030-01-31T12:00:00.000Z",
  },
  token: "eyJ0eXAiOiJzaWduZXQtYWN0aXZhdGlvbitqd3QifQ.e30.c2lnbmF0dXJl",
  certificate: "eyJ0eXAiOiJzaWduZXQtbGljZW5zZStqd3QifQ.e30.c2lnbmF0dXJl",
  trustSeq: 42,
};

/** Binding a device to a license, renewing that, and giving it up. */
export function activationOperations(
  doors: Doors,
  activations: ActivationsService,
  failures: FailureLimiter,
): Operation[] {
  return [
    defineOperation({
      id: "activate",
      method: "POST",
      path: "/v1/{tenant}/activations",
      isNewWork: true,
      summary: "Activate a device",
      description:
        "Binds a device to a license. The same fingerprint gets the same activation again, with a fresh token: a retry never takes a second slot.",
      door: doors.tenant,
      keyOwner: keyOfAnybody,
      params: tenantParams,
      body: activateRequest,
      requestExample: {
        licenseKey: "RENDER-K97E5-M0C93-5EK9E-705R1-DGC7S",
        product: "renderer",
        fingerprint: { machine: "pmWkWSBCL51Bfkhn79xPuKBKHz__H6B-mY6G9_eieuM" },
        deviceKey: { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" },
        nonce: "c2lnbmV0LW5vbmNlLTAx",
        metadata: { name: "Ada's workstation", platform: "linux-x64", appVersion: "4.2.0" },
      },
      denials: ["license_not_found", ...LICENSE_DENIALS, "product_mismatch", "activation_limit_reached"],
      responses: {
        200: {
          description: "The device was known; its activation has a fresh token.",
          schema: activationResponse,
          example: { ...EXAMPLE, activation: { ...EXAMPLE.activation, created: false } },
        },
        201: { description: "The device is activated.", schema: activationResponse, example: EXAMPLE },
      },
      async handle({ context, tenant }, { body }) {
        const decision = await activations.activate(tenant.id, { ...body, ...bindingOf(context) });
        if (decision.outcome === "granted") return granted(decision.value);
        if (decision.code === "license_not_found") await failures.count(context.request.ip);
        return {
          refused: decision.code,
          tenantId: tenant.id,
          subject: publicId("tenant", tenant.id),
          audience: body.product,
          nonce: body.nonce,
        };
      },
    }),
    defineOperation({
      id: "refresh",
      method: "POST",
      path: "/v1/{tenant}/activations/{id}/refresh",
      summary: "Renew an activation",
      description: "A fresh token with the license's features as they are now.",
      door: doors.activation,
      keyOwner: keyOfDevice,
      params: activationParams,
      body: refreshRequest,
      requestExample: { nonce: "c2lnbmV0LW5vbmNlLTAy" },
      denials: DEVICE_DENIALS,
      responses: {
        200: {
          description: "The activation goes on.",
          schema: activationResponse,
          example: { ...EXAMPLE, activation: { ...EXAMPLE.activation, created: false } },
        },
      },
      async handle(scope, { params, body }) {
        const activationId = ownActivation(scope, params.id);
        const decision = await activations.refresh(scope.tenant.id, {
          activationId,
          nonce: body.nonce,
          ...bindingOf(scope.context),
          proof: scope.proof,
        });
        if (decision.outcome === "denied") return refusal(scope, decision, body.nonce);
        return reply(200, grantBody(decision.value));
      },
    }),
    defineOperation({
      id: "deactivate",
      method: "POST",
      path: "/v1/{tenant}/activations/{id}/deactivate",
      summary: "Deactivate a device",
      description:
        "Frees the device's slot, and its seats. A borrowed seat stays counted until its end: release it first. Doing it twice is a success.",
      door: doors.activation,
      keyOwner: keyOfDevice,
      params: activationParams,
      body: deactivateRequest,
      requestExample: { nonce: "c2lnbmV0LW5vbmNlLTAz" },
      denials: ["activation_not_found", "activation_revoked", "forbidden"],
      responses: {
        200: {
          description: "The slot is free.",
          schema: deactivateResponse,
          example: { activation: { id: EXAMPLE.activation.id, status: "deactivated" } },
        },
      },
      async handle(scope, { params, body }) {
        const activationId = ownActivation(scope, params.id);
        const decision = await activations.deactivate(scope.tenant.id, {
          activationId,
          ...bindingOf(scope.context),
          proof: scope.proof,
        });
        if (decision.outcome === "denied") return refusal(scope, decision, body.nonce);
        const id = publicId("activation", decision.value.activationId);
        return reply(200, { activation: { id, status: "deactivated" } });
      },
    }),
  ];
}

function bindingOf(context: ActivationScope["context"]) {
  return { requestHash: context.requestHash(), correlationId: context.correlationId };
}

/** Another device's activation answers exactly as one that does not exist, and unsigned: it decides nothing about this one. */
function ownActivation({ activation }: ActivationScope, activationId: string): string {
  if (activation.activationId !== activationId) throw new SignetError("activation_not_found");
  return activationId;
}

function refusal({ tenant, activation }: ActivationScope, { code }: Denied, nonce: string): Refusal {
  return {
    refused: code,
    tenantId: tenant.id,
    subject: publicId("activation", activation.activationId),
    audience: activation.product,
    nonce,
  };
}

function granted(grant: ActivationGrant) {
  const body = grantBody(grant);
  return grant.created ? reply(201, body) : reply(200, body);
}

function grantBody(grant: ActivationGrant) {
  return {
    activation: {
      id: publicId("activation", grant.activationId),
      license: publicId("license", grant.licenseId),
      status: "active" as const,
      created: grant.created,
      expiresAt: grant.expiresAt.toISOString(),
    },
    token: grant.token,
    certificate: grant.certificate,
    trustSeq: grant.trustSeq,
  };
}
