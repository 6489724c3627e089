import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import { RUNTIME_SCOPES } from "#server/domain/scopes.ts";
import type { AppRouter } from "#server/trpc/router.ts";

export type IdentityProvider = inferRouterOutputs<AppRouter>["identityProvider"]["list"][number];
type Saved = inferRouterInputs<AppRouter>["identityProvider"]["save"];
type RuntimeScope = (typeof RUNTIME_SCOPES)[number];

/** One line of the form: whoever's token has this value in the claim may do that. */
export interface Rule {
  value: string;
  scope: RuntimeScope;
}

export interface ProviderValues extends Record<string, unknown> {
  issuer: string;
  jwksUrl: string;
  audience: string;
  scopeClaim: string;
  rules: Rule[];
}

export const EMPTY: ProviderValues = {
  issuer: "",
  jwksUrl: "",
  audience: "signet",
  scopeClaim: "scope",
  rules: [{ value: "signet:usage", scope: "usage:write" }],
};

export function valuesOf({ scopeMap, ...provider }: IdentityProvider): ProviderValues {
  const { issuer, jwksUrl, audience, scopeClaim } = provider;
  const rules = Object.entries(scopeMap).map(([value, scope]) => ({ value, scope }));
  return { issuer, jwksUrl, audience, scopeClaim, rules };
}

export function inputOf({ rules, ...values }: ProviderValues): Saved {
  const { issuer, jwksUrl, audience, scopeClaim } = values;
  const scopeMap = Object.fromEntries(rules.map(({ value, scope }) => [value.trim(), scope]));
  return { issuer: issuer.trim(), jwksUrl: jwksUrl.trim(), audience, scopeClaim, scopeMap };
}

/** What is wrong with a line, which the server could only say of the whole map: it would keep one of two. */
export function ruleError(rules: readonly Rule[], index: number): string | null {
  const value = rules[index]?.value.trim() ?? "";
  if (value === "") return "Enter a value of the claim.";
  if (/\s/.test(value)) return "A claim is read as words: use one without spaces.";
  const first = rules.findIndex((rule) => rule.value.trim() === value);
  return first < index ? "This value is above already; one value grants one scope." : null;
}

/** One moment for all examples: the server and the browser must write the same. */
export const EXAMPLE_TIME = new Date("2030-01-31T12:00:00.000Z");

/** The payload of a token that these settings would take, as its provider would write it. */
export function exampleToken({ issuer, audience, scopeClaim, rules }: ProviderValues): string {
  const iat = EXAMPLE_TIME.getTime() / 1000;
  const claims = {
    iss: issuer.trim() || "https://login.example.com/realms/acme",
    aud: audience.trim() || "signet",
    sub: "api-gateway",
    iat,
    exp: iat + 300,
    [scopeClaim.trim() || "scope"]: rules.map(({ value }) => value.trim()).join(" "),
  };
  return JSON.stringify(claims, null, 2);
}

/** The scopes that some value grants, each once, in their own order. */
export function granted(rules: readonly Rule[]): RuntimeScope[] {
  return RUNTIME_SCOPES.filter((scope) => rules.some((rule) => rule.scope === scope));
}
