import type { Doors } from "../doors.ts";
import { defineOperation, type Operation, reply } from "../operation.ts";
import { tenantParams } from "../schemas.ts";
import { accessTokenRequest, accessTokenResponse } from "../schemas-callers.ts";
import type { CallersService } from "../services-callers.ts";

/** How a vendor's backend spares its API key: by a token that is soon worth nothing. */
export function tokenOperations(doors: Doors, callers: CallersService): Operation[] {
  return [
    defineOperation({
      id: "issueAccessToken",
      method: "POST",
      path: "/v1/{tenant}/tokens",
      summary: "Exchange an API key for an access token",
      description:
        "The token stands for the key for up to 15 minutes, with all of its scopes or the ones asked for. It ends at once when the key is revoked.",
      door: doors.apiKey(),
      params: tenantParams,
      body: accessTokenRequest,
      requestExample: { scopes: ["usage:write"] },
      denials: ["forbidden"],
      responses: {
        201: {
          description: "The token is made.",
          schema: accessTokenResponse,
          example: {
            token: "eyJ0eXAiOiJzaWduZXQtYWNjZXNzK2p3dCJ9.e30.c2lnbmF0dXJl",
            tokenType: "Bearer",
            scopes: ["usage:write"],
            expiresAt: "2030-01-31T12:15:00.000Z",
          },
          headers: { "cache-control": "`no-store`." },
        },
      },
      async handle({ tenant, apiKey, context }, { body }) {
        const request = { ...body, correlationId: context.correlationId };
        const { token, scopes, expiresAt } = await callers.issueAccessToken(tenant.id, apiKey, request);
        const made = { token, tokenType: "Bearer" as const, scopes, expiresAt: expiresAt.toISOString() };
        return reply(201, made, { "cache-control": "no-store" });
      },
    }),
  ];
}
