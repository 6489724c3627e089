import { writeArmour } from "#sdk/offline-armour.ts";
import { publicId } from "#server/domain/ids.ts";
import type { Doors } from "../doors.ts";
import type { FailureLimiter } from "../failure-limiter.ts";
import { defineOperation, NOTHING, type Operation, reply } from "../operation.ts";
import { tenantParams } from "../schemas.ts";
import { offlineActivationRequest, offlineActivationResponse, snapshotFile } from "../schemas-offline.ts";
import type { OfflineAnswer, OfflineService } from "../services.ts";
import { replayedHeader } from "./credit-caller.ts";
import { LICENSE_DENIALS } from "./denials.ts";

const JWS = "eyJ0eXAiOiJzaWduZXQifQ.e30.c2lnbmF0dXJl";
const ACTIVATION = { id: "act_01h455vb4pex5vsknk084sn02q", license: "lic_01h455vb4pex5vsknk084sn02r" };
const ANSWER = {
  activation: { ...ACTIVATION, expiresAt: "2030-01-31T12:00:00.000Z" },
  tickets: [{ id: "0198c0de-7c1b-7d3a-9d53-0d7a3c5e9b11", outcome: "issued" }],
  response: writeArmour("response", JWS),
};
const REPLAYED = {
  "idempotent-replayed": "`true` when this was done before, and is the first answer again.",
};

/** Files carried from and to machines without a network. Each proves its device by itself, so anybody may bring it. */
export function offlineOperations(
  doors: Doors,
  offline: OfflineService,
  failures: FailureLimiter,
): Operation[] {
  return [
    defineOperation({
      id: "activateOffline",
      method: "POST",
      path: "/v1/{tenant}/offline/activations",
      summary: "Answer an activation request file",
      description:
        "Activates the device that signed the file, reserves the tickets it wants, and answers with a response file to carry back. The same file again gets the same response, byte for byte, and takes no second slot; where a ticket is refused the activation stands, and the response says why.",
      door: doors.tenant,
      params: tenantParams,
      body: offlineActivationRequest,
      requestExample: { request: writeArmour("request", JWS) },
      denials: [
        "offline_request_invalid",
        "offline_request_replayed",
        "offline_not_allowed",
        "license_not_found",
        ...LICENSE_DENIALS,
        "product_mismatch",
        "activation_limit_reached",
        "activation_not_found",
        "activation_revoked",
        "rate_limited",
      ],
      responses: {
        200: {
          description: "The request was answered before; this is the same response.",
          schema: offlineActivationResponse,
          example: ANSWER,
          headers: REPLAYED,
        },
        201: {
          description: "The device is activated.",
          schema: offlineActivationResponse,
          example: ANSWER,
        },
      },
      async handle({ context, tenant }, { body }) {
        const upload = { text: body.request, correlationId: context.correlationId };
        const { decision, about } = await offline.activate(tenant.id, upload);
        if (decision.outcome === "granted") {
          const header = replayedHeader(decision.value);
          const answer = answerBody(decision.value);
          return header === undefined ? reply(201, answer) : reply(200, answer, header);
        }
        if (decision.code === "license_not_found") await failures.count(context.request.ip);
        return {
          refused: decision.code,
          tenantId: tenant.id,
          subject: publicId("tenant", tenant.id),
          audience: about.product,
          nonce: about.nonce,
        };
      },
    }),
    defineOperation({
      id: "offlineSnapshot",
      method: "GET",
      path: "/v1/{tenant}/offline/snapshot",
      summary: "The trust bundle as a file",
      description:
        "The security snapshot to carry to machines without a network: the keys in force and what was revoked, signed by the tenant's root key.",
      door: doors.tenant,
      params: tenantParams,
      body: NOTHING,
      denials: [],
      responses: {
        200: {
          description: "The file.",
          contentType: "text/plain; charset=utf-8",
          schema: snapshotFile,
          example: writeArmour("snapshot", JWS),
        },
      },
      async handle({ tenant }) {
        return reply(200, await offline.snapshot(tenant.id), {
          "content-disposition": 'attachment; filename="signet-snapshot.txt"',
        });
      },
    }),
  ];
}

function answerBody({ activationId, licenseId, expiresAt, tickets, response }: OfflineAnswer) {
  return {
    activation: {
      id: publicId("activation", activationId),
      license: publicId("license", licenseId),
      expiresAt: expiresAt.toISOString(),
    },
    tickets,
    response,
  };
}
