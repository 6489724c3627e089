import { z } from "zod";
import { SCOPES } from "#server/domain/scopes.ts";
import { namedSchemas } from "./schemas-common.ts";

const scopes = z.array(z.enum(SCOPES)).readonly();

export const accessTokenRequest = z
  .strictObject({ scopes: scopes.unwrap().min(1).readonly().exactOptional() })
  .register(namedSchemas, { id: "AccessTokenRequest" });

export const accessTokenResponse = z
  .strictObject({
    token: z.string(),
    tokenType: z.literal("Bearer"),
    scopes,
    expiresAt: z.iso.datetime(),
  })
  .register(namedSchemas, { id: "AccessTokenResponse" });
