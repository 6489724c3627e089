import { z } from "zod";

/** An OpenID Connect provider, and what it knows this server as. */
export interface OidcSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly name: string;
}

/** Plain HTTP is for trying it out on one machine. */
const issuerUrl = z
  .url({ protocol: /^https?$/, error: "be a URL that begins with https://" })
  .refine(
    (url) =>
      url.startsWith("https:") ||
      ["localhost", "127.0.0.1", "[::1]"].includes(URL.parse(url)?.hostname ?? ""),
    "begin with https://; http:// is for localhost only",
  );

/** The identity provider that people may sign in to the portal with: all four, or none. */
export const OIDC_VARIABLES = {
  OIDC_ISSUER: issuerUrl.optional().meta({
    description:
      "an OpenID Connect provider that people may sign in to the portal with: its issuer, exactly as it says it itself. All four `OIDC_` variables are set, or none; its redirect address is `<NEXTAUTH_URL>/api/auth/callback/oidc`",
  }),
  OIDC_CLIENT_ID: z.string().optional().meta({ description: "what the provider knows this portal as" }),
  OIDC_CLIENT_SECRET: z.string().optional().meta({ description: "the secret that it gave this portal" }),
  OIDC_NAME: z
    .string()
    .max(40, "be at most 40 characters long")
    .optional()
    .meta({ description: 'what the sign-in page calls it: "Continue with …"' }),
};

interface Given {
  readonly OIDC_ISSUER?: string | undefined;
  readonly OIDC_CLIENT_ID?: string | undefined;
  readonly OIDC_CLIENT_SECRET?: string | undefined;
  readonly OIDC_NAME?: string | undefined;
}

/** The four variables as one setting, undefined where none is set; an issue that names the one that is missing. */
export function gatherOidc<Env extends Given>(
  { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_NAME, ...env }: Env,
  context: z.RefinementCtx,
) {
  const given = { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_NAME };
  const missing = Object.entries(given).filter(([, value]) => value === undefined);
  const names = Object.keys(given);
  if (missing.length === names.length) return { ...env, OIDC: undefined };
  if (!OIDC_ISSUER || !OIDC_CLIENT_ID || !OIDC_CLIENT_SECRET || !OIDC_NAME) {
    const message = `be set too: signing in by an identity provider needs ${names.join(", ")}`;
    context.addIssue({ code: "custom", path: [missing[0]?.[0] ?? ""], message });
    return z.NEVER;
  }
  const OIDC: OidcSettings = {
    issuer: OIDC_ISSUER,
    clientId: OIDC_CLIENT_ID,
    clientSecret: OIDC_CLIENT_SECRET,
    name: OIDC_NAME,
  };
  return { ...env, OIDC };
}
