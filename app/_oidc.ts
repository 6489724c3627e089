import { headers } from "next/headers";
import type { OAuthConfig } from "next-auth/providers/oauth";
import { type IdClaims, OIDC } from "#server/auth/oidc-provider.ts";
import { clientAddress } from "#server/auth/options.ts";
import { SignetError } from "#server/domain/errors.ts";
import { server } from "./_server.ts";

/** A request to next-auth, with the identity provider as far as it needs it. */
type Answer = (oidc: OAuthConfig<IdClaims> | undefined) => Promise<Response>;

/**
 * Gives a request to next-auth the identity provider. Each answer of it makes this server ask the provider, so the failed ones
 * count; a provider that cannot be asked is said on the sign-in page.
 */
export async function withOidc([action, provider]: readonly string[], answer: Answer): Promise<Response> {
  const { oidc, limiter } = server();
  if (oidc === undefined || provider !== OIDC)
    return answer(action === "providers" ? oidc?.listed : undefined);
  const ip = clientAddress(Object.fromEntries(await headers()));
  const counter = `oidc/${ip}`;
  try {
    if (action !== "callback") return await answer(await oidc.resolved());
    await limiter.attempt(counter, ip);
    const response = await answer(await oidc.resolved());
    const failed = response.headers.get("location")?.includes("error=") ?? true;
    if (!failed) await limiter.succeeded(counter, ip);
    return response;
  } catch (error) {
    if (!(error instanceof SignetError)) throw error;
    const url = `/sign-in?error=${error.code}`;
    // A script asks to begin, and goes where it is told; the provider sends the browser itself back.
    if (action !== "callback") return Response.json({ url });
    return new Response(null, { status: 302, headers: { location: url } });
  }
}
