import { z } from "zod";
import { idOf } from "#server/domain/ids.ts";
import { deviceFields, nonce, publicKeyJwk, shortText } from "#server/domain/wire-fields.ts";
import { namedSchemas } from "./schemas-common.ts";

export const activateRequest = deviceFields.register(namedSchemas, { id: "ActivateRequest" });

export const refreshRequest = z.strictObject({ nonce }).register(namedSchemas, { id: "RefreshRequest" });

/** The nonce is what keeps a signed denial from being played back to a later request. */
export const deactivateRequest = z
  .strictObject({ nonce })
  .register(namedSchemas, { id: "DeactivateRequest" });

/** Whole numbers JSON carries exactly. */
const fence = z.int().min(1);

export const checkoutRequest = z
  .strictObject({
    holder: shortText(200),
    group: shortText(100).exactOptional(),
    borrowSeconds: z.int().min(60).max(31_536_000).exactOptional(),
    nonce,
  })
  .register(namedSchemas, { id: "CheckoutRequest" });

export const heartbeatRequest = z
  .strictObject({ fence, nonce })
  .register(namedSchemas, { id: "HeartbeatRequest" });

export const releaseRequest = z.strictObject({ fence }).register(namedSchemas, { id: "ReleaseRequest" });

export const leaseResponse = z
  .strictObject({
    lease: z.strictObject({
      id: z.string(),
      status: z.literal("held"),
      slot: z.int(),
      fence,
      overage: z.boolean(),
      borrowed: z.boolean(),
      expiresAt: z.iso.datetime(),
      heartbeatDueAt: z.iso.datetime(),
    }),
    token: z.string(),
    trustSeq: z.int(),
  })
  .register(namedSchemas, { id: "LeaseResponse" });

export const releaseResponse = z
  .strictObject({ lease: z.strictObject({ id: z.string(), status: z.literal("released") }) })
  .register(namedSchemas, { id: "ReleaseResponse" });

export const activationResponse = z
  .strictObject({
    activation: z.strictObject({
      id: z.string(),
      license: z.string(),
      status: z.literal("active"),
      created: z.boolean(),
      expiresAt: z.iso.datetime(),
    }),
    token: z.string(),
    certificate: z.string(),
    trustSeq: z.int(),
  })
  .register(namedSchemas, { id: "ActivationResponse" });

export const deactivateResponse = z
  .strictObject({ activation: z.strictObject({ id: z.string(), status: z.literal("deactivated") }) })
  .register(namedSchemas, { id: "DeactivateResponse" });

export const trustResponse = z
  .strictObject({ bundle: z.string() })
  .register(namedSchemas, { id: "TrustResponse" });

export const jwksResponse = z
  .strictObject({
    keys: z
      .array(
        z.strictObject({
          ...publicKeyJwk.shape,
          kid: z.string(),
          alg: z.literal("EdDSA"),
          use: z.literal("sig"),
        }),
      )
      .readonly(),
  })
  .register(namedSchemas, { id: "Jwks" });

export const pingRequest = z
  .strictObject({ message: z.string().max(1000).exactOptional() })
  .register(namedSchemas, { id: "PingRequest" });

export const pingResponse = z
  .strictObject({ status: z.literal("ok"), message: z.string().exactOptional() })
  .register(namedSchemas, { id: "PingResponse" });

export const healthResponse = z
  .strictObject({ status: z.literal("ok") })
  .register(namedSchemas, { id: "Health" });

export const problem = z
  .strictObject({
    type: z.string().describe("Where the code is explained, relative to the server that answered."),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    code: z.string(),
    correlationId: z.string(),
    retryable: z.boolean(),
    decision: z.string().exactOptional(),
    errors: z
      .array(z.strictObject({ pointer: z.string(), message: z.string() }))
      .readonly()
      .exactOptional(),
  })
  .register(namedSchemas, { id: "Problem" });

export const tenantParams = z.object({ tenant: z.string() });
export const activationParams = z.object({ tenant: z.string(), id: idOf("activation") });
export const leaseParams = z.object({ tenant: z.string(), id: idOf("lease") });
