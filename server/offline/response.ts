import { inflateRawSync } from "node:zlib";
import { z } from "zod";
import { readArmour } from "#sdk/offline-armour.ts";
import type { OfflineResponseClaims, OfflineTicketAnswer } from "#sdk/wire.ts";
import type { ActivationGrant, Subject } from "#server/activations/grant.ts";
import { publicId, storedId } from "#server/domain/ids.ts";

export interface ResponseInput {
  readonly tenantId: string;
  readonly tokenId: string;
  readonly subject: Subject;
  readonly grant: ActivationGrant;
  readonly tickets: readonly OfflineTicketAnswer[];
  readonly bundle: string;
  readonly decidedAt: Date;
  readonly trustSeq: number;
}

/** What a response file says. It is good for as long as the activation token in it. */
export function responseClaims(input: ResponseInput): OfflineResponseClaims {
  const { subject, grant } = input;
  return {
    iss: publicId("tenant", input.tenantId),
    aud: subject.product,
    sub: publicId("activation", grant.activationId),
    jti: publicId("token", input.tokenId),
    iat: Math.floor(input.decidedAt.getTime() / 1000),
    exp: Math.floor(grant.expiresAt.getTime() / 1000),
    cid: subject.correlationId,
    trust: input.trustSeq,
    license: publicId("license", grant.licenseId),
    nonce: subject.nonce,
    req: subject.requestHash,
    cnf: { jkt: subject.thumbprint },
    token: grant.token,
    certificate: grant.certificate,
    tickets: input.tickets,
    bundle: input.bundle,
  };
}

/** A response file, and what of it is told beside it. Ids are as stored. */
export interface OfflineAnswer {
  readonly activationId: string;
  readonly licenseId: string;
  readonly expiresAt: Date;
  readonly tickets: readonly (
    | { readonly id: string; readonly outcome: "issued" }
    | { readonly id: string; readonly outcome: "denied"; readonly code: string }
  )[];
  readonly response: string;
  /** The request was answered before: this is the first answer again. */
  readonly replayed: boolean;
}

const told = z.object({
  sub: z.string(),
  license: z.string(),
  exp: z.int(),
  tickets: z.array(
    z.discriminatedUnion("outcome", [
      z.object({ id: z.string(), outcome: z.literal("issued") }),
      z.object({ id: z.string(), outcome: z.literal("denied"), code: z.string() }),
    ]),
  ),
});

/** Reads a response of our own again, so that what is told beside it never differs from what it says. */
export function answerOf(response: string, replayed: boolean): OfflineAnswer {
  const armour = readArmour("response", response);
  if (!armour.ok) throw new Error(`A stored response cannot be read: ${armour.sentence}`);
  const payload = Buffer.from(armour.jws.split(".")[1] ?? "", "base64url");
  const { sub, license, exp, tickets } = told.parse(JSON.parse(inflateRawSync(payload).toString("utf8")));
  return {
    activationId: storedId("activation", sub) ?? "",
    licenseId: storedId("license", license) ?? "",
    expiresAt: new Date(exp * 1000),
    tickets,
    response,
    replayed,
  };
}
