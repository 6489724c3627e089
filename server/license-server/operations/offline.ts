import { writeArmour } from "#sdk/offline-armour.ts";
import type { Code } from "#server/domain/codes.ts";
import { SignetError } from "#server/domain/errors.ts";
import { publicId } from "#server/domain/ids.ts";
import type { Doors, TenantScope } from "../doors.ts";
import type { FailureLimiter } from "../failure-limiter.ts";
import { keyOfAnybody } from "../key-owner.ts";
import { defineOperation, NOTHING, type Operation, type Refusal, reply } from "../operation.ts";
import { deactivateResponse, tenantParams } from "../schemas.ts";
import {
  offlineActivationRequest,
  offlineActivationResponse,
  offlineCodeRequest,
  offlineCodeResponse,
  offlineDeactivationRequest,
  offlineJournalRequest,
  offlineJournalResponse,
  snapshotFile,
} from "../schemas-offline.ts";
import type { OfflineAnswer, OfflineJournalAnswer, OfflineService } from "../services-offline.ts";
import { replayedHeader } from "./credit-caller.ts";
import { LICENSE_DENIALS } from "./denials.ts";

const JWS = "eyJ0eXAiOiJzaWduZXQifQ.e30.c2lnbmF0dXJl";
const ACTIVATION = { id: "act_01h455vb4pex5vsknk084sn02q", license: "lic_01h455vb4pex5vsknk084sn02r" };
const ANSWER = {
  activation: { ...ACTIVATION, expiresAt: "2030-01-31T12:00:00.000Z" },
  tickets: [{ id: "0198c0de-7c1b-7d3a-9d53-0d7a3c5e9b11", outcome: "issued" }],
  response: writeArmour("response", JWS),
};
const REQUEST_CODE =
  "1MJNB X8H4D C95BQ 2V0M3 12Q8K\nKM7YQ CXA9V 7YMNR MTN2Y S55Z1\nRPGZZ 45PMH 94E5B Q2713 28J7M\n747J4 MJ7CW 28PSR C3VKR 8600V\n662R9";
const CODE_ANSWER = {
  activation: { ...ACTIVATION, expiresAt: "2030-01-31T12:00:00.000Z" },
  code: "237RC M5C0Q RYC3T VZQRK WE04E\nX2PHE 985YA 9DP3G 7HMMY R5VNS\nWWJBD 1PBKH 7XTRE HHA71 BP7BP\nNPW09 8FGZB 6BF3P S6H8N E7ZJR\nA2008 2QVX2 2T0W6 EBBPJ MF5M6\nKFWK0 RC7WM 01G64 H0AS8 GJ09Y\nZMB0D G800Z 2J0M1",
};
const JOURNALED = {
  journal: { activation: ACTIVATION.id, last: 3, head: "pmWkWSBCL51Bfkhn79xPuKBKHz__H6B-mY6G9_eieuM" },
  tickets: [
    {
      ticket: "0198c0de-7c1b-7d3a-9d53-0d7a3c5e9b11",
      meter: "render-minutes",
      journaled: 25,
      charged: 25,
      late: 0,
      status: "settled" as const,
    },
  ],
  receipt: "eyJ0eXAiOiJzaWduZXQtcmVjZWlwdCtqd3QifQ.e30.c2lnbmF0dXJl",
  trustSeq: 42,
};
const REPLAYED = {
  "Idempotent-Replayed": "`true` when this was done before, and is the first answer again.",
};

/** Files carried from and to machines without a network. Each proves its device by itself, so anybody may bring it. */
export function offlineOperations(
  doors: Doors,
  offline: OfflineService,
  failures: FailureLimiter,
): Operation[] {
  async function refused(
    { context, tenant }: TenantScope,
    code: Code,
    { product, nonce }: { readonly product: string; readonly nonce: string },
  ) {
    if (code === "license_not_found") await failures.count(context.request.ip);
    const subject = publicId("tenant", tenant.id);
    return { refused: code, tenantId: tenant.id, subject, audience: product, nonce };
  }

  return [
    defineOperation({
      id: "activateOffline",
      method: "POST",
      path: "/v1/{tenant}/offline/activations",
      isNewWork: true,
      summary: "Answer an activation request file",
      description:
        "Activates the device that signed the file, reserves the tickets it wants, and answers with a response file to carry back. The same file again gets the same response, byte for byte, and takes no second slot; where a ticket is refused the activation stands, and the response says why.",
      door: doors.tenant,
      keyOwner: keyOfAnybody,
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
        return refused({ context, tenant }, decision.code, about);
      },
    }),
    defineOperation({
      id: "activateByCode",
      method: "POST",
      path: "/v1/{tenant}/offline/codes",
      isNewWork: true,
      summary: "Answer a request code that was typed by hand",
      description:
        "For rooms that no file may enter or leave: activates the device whose request code was typed in, and answers with a code to be typed there. The same code, license key and product again get the same answer, and take no second slot. Codes bring no tickets; a feature that is off is left out.",
      door: doors.tenant,
      keyOwner: keyOfAnybody,
      params: tenantParams,
      body: offlineCodeRequest,
      requestExample: {
        code: REQUEST_CODE,
        licenseKey: "RENDER-K97E5-M0C93-5EK9E-705R1-DGC7S",
        product: "renderer",
        name: "Press 3",
      },
      denials: [
        "offline_request_invalid",
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
          description: "The code was answered before; this is the same answer.",
          schema: offlineCodeResponse,
          example: CODE_ANSWER,
          headers: REPLAYED,
        },
        201: { description: "The device is activated.", schema: offlineCodeResponse, example: CODE_ANSWER },
      },
      async handle({ context, tenant }, { body }) {
        const upload = { ...body, correlationId: context.correlationId };
        const { decision, about } = await offline.activateByCode(tenant.id, upload);
        if (decision.outcome === "denied") return refused({ context, tenant }, decision.code, about);
        const { activationId, licenseId, expiresAt, code } = decision.value;
        const activation = {
          id: publicId("activation", activationId),
          license: publicId("license", licenseId),
          expiresAt: expiresAt.toISOString(),
        };
        const header = replayedHeader(decision.value);
        return header === undefined
          ? reply(201, { activation, code })
          : reply(200, { activation, code }, header);
      },
    }),
    defineOperation({
      id: "deactivateOffline",
      method: "POST",
      path: "/v1/{tenant}/offline/deactivations",
      summary: "Take in a deactivation receipt file",
      description:
        "Frees the slot of the device that signed the file. Uploading it twice is a success, and it ends no later activation of the same device.",
      door: doors.tenant,
      keyOwner: keyOfAnybody,
      params: tenantParams,
      body: offlineDeactivationRequest,
      requestExample: { receipt: writeArmour("deactivation", JWS) },
      denials: ["offline_request_invalid", "activation_not_found", "activation_revoked", "forbidden"],
      responses: {
        200: {
          description: "The slot is free.",
          schema: deactivateResponse,
          example: { activation: { id: ACTIVATION.id, status: "deactivated" } },
        },
      },
      async handle({ context, tenant }, { body }) {
        const upload = { text: body.receipt, correlationId: context.correlationId };
        const answer = await offline.deactivate(tenant.id, upload).catch(decidedAgainst(tenant.id));
        if ("refused" in answer) return answer;
        return reply(200, {
          activation: { id: publicId("activation", answer.activationId), status: "deactivated" },
        });
      },
    }),
    defineOperation({
      id: "recordJournal",
      method: "POST",
      path: "/v1/{tenant}/offline/journals",
      summary: "Take in a usage journal file",
      description:
        "Charges what a device used of its offline tickets, once: entries that were uploaded before must be the same and change nothing, and none may be left out in between. A ticket is settled when an entry closes it or its time has passed. Use that is told after that is charged late, from what the balance and the overdraft then allow: compare `charged` with `journaled`. It is taken whatever has become of the license since: what was used is owed.",
      door: doors.tenant,
      keyOwner: keyOfAnybody,
      params: tenantParams,
      body: offlineJournalRequest,
      requestExample: { journal: writeArmour("journal", JWS) },
      denials: ["offline_request_invalid", "activation_not_found"],
      responses: {
        200: {
          description: "All of it was recorded before.",
          schema: offlineJournalResponse,
          example: JOURNALED,
          headers: REPLAYED,
        },
        201: { description: "It is recorded.", schema: offlineJournalResponse, example: JOURNALED },
      },
      async handle({ context, tenant }, { body }) {
        const upload = { text: body.journal, correlationId: context.correlationId };
        const answer = await offline.recordJournal(tenant.id, upload).catch(decidedAgainst(tenant.id));
        if ("refused" in answer) return answer;
        const header = replayedHeader(answer);
        const recorded = journalBody(answer);
        return header === undefined ? reply(201, recorded) : reply(200, recorded, header);
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
          headers: { "content-disposition": "A name to save it under." },
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

/** The refusal of a device that is not here, for who brought its file; what is only wrong with the file goes on as it is. */
function decidedAgainst(tenantId: string) {
  return (error: unknown): Refusal => {
    if (!(error instanceof SignetError) || error.decidedAgainst === undefined) throw error;
    const { activationId, ...bound } = error.decidedAgainst;
    return {
      refused: error.code,
      detail: error.message,
      tenantId,
      subject: publicId("activation", activationId),
      audience: publicId("tenant", tenantId),
      ...bound,
    };
  };
}

function journalBody({ activationId, last, head, tickets, receipt, trustSeq }: OfflineJournalAnswer) {
  return {
    journal: { activation: publicId("activation", activationId), last, head },
    tickets,
    receipt,
    trustSeq,
  };
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
