/**
 * The text whose SHA-256, as base64url, is a fingerprint's digest: one `name=value` line a component, sorted by name
 * (by UTF-16 code unit, so that every language sorts alike), joined with line feeds.
 *
 * A name matches `^[a-z][a-z0-9_-]{0,31}$` and a value is base64url, so that no two fingerprints share a text.
 *
 * @example
 * fingerprintText({ os: "b64…", machine: "a64…" }); // "machine=a64…\nos=b64…"
 */
export function fingerprintText(components: Readonly<Record<string, string>>): string {
  return Object.keys(components)
    .sort()
    .map((name) => `${name}=${components[name]}`)
    .join("\n");
}
