/** Why an identity provider's sign-in did not work, by the name that comes with the address; of others no word is shown. */
export function oidcError(error: unknown, provider: string): string | undefined {
  if (typeof error !== "string") return undefined;
  if (error === "rate_limited") return "Too many attempts to sign in; try again in a quarter of an hour.";
  if (error === "overloaded") return `${provider} does not answer at present; try again in a minute.`;
  return `Signing in with ${provider} did not work. Try again; if it goes on, tell whoever runs this Signet server.`;
}
