/** Where to go after signing in: a path of this site, never an address that only looks like one. */
export function safePath(given: unknown): string {
  if (typeof given !== "string" || !given.startsWith("/")) return "/";
  const base = "http://signet.invalid";
  const url = URL.parse(given, base);
  // Dots are taken out of a path: of "/.//host" is left what a browser takes for another site.
  return url?.origin === base && !url.pathname.startsWith("//") ? url.pathname + url.search : "/";
}
