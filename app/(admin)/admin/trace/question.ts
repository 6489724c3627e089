import { parseLicenseKey } from "#sdk/license-key.ts";
import { ID_PREFIXES } from "#server/domain/ids.ts";

/** What a story can be asked of, as the procedure takes it. */
export type Question =
  | { readonly of: "request"; readonly correlationId: string }
  | { readonly of: "license" | "activation" | "lease" | "ticket"; readonly id: string }
  | { readonly of: "licenseKey"; readonly key: string };

/**
 * What a pasted text can mean, the likeliest first. An id tells by its prefix and a license key by its checksum; correlation
 * ids and tickets' ids are of their makers' choice, so a text that is neither can be either.
 */
export function questionsOf(pasted: string): readonly Question[] {
  const text = pasted.trim();
  if (text === "") return [];
  const kind = (["license", "activation", "lease"] as const).find((each) =>
    text.startsWith(`${ID_PREFIXES[each]}_`),
  );
  if (kind !== undefined) return [{ of: kind, id: text }];
  const request = { of: "request", correlationId: text } as const;
  if (text.startsWith(`${ID_PREFIXES.correlation}_`)) return [request];
  const key = parseLicenseKey(text);
  if (key.ok) return [{ of: "licenseKey", key: key.text }];
  return text.length > 128 ? [{ of: "ticket", id: text }] : [request, { of: "ticket", id: text }];
}

/** Whether the text may stand in an address, where browsers and proxies remember it; a license key may not. */
export function isSecret(pasted: string): boolean {
  return parseLicenseKey(pasted.trim()).ok;
}
