import { z } from "zod";
import { HIT_KINDS, type Hit } from "./results.ts";

const KEPT_MAX = 6;

const stored = z.array(
  z.object({
    key: z.string(),
    kind: z.enum(HIT_KINDS),
    // Only ever leads within the portal, whatever else writes to this browser's storage.
    href: z.string().regex(/^\/admin(\/|$)/),
    label: z.string(),
    description: z.string(),
  }),
);

const place = (tenantId: string) => `signet-search/${tenantId}`;

/** What was opened from the search last, newest first; kept in this browser, for each tenant. */
export function readRecent(tenantId: string): Hit[] {
  try {
    return stored.parse(JSON.parse(window.localStorage.getItem(place(tenantId)) ?? "[]"));
  } catch {
    // Written by another version, or storage is off: there is nothing recent then.
    return [];
  }
}

export function rememberRecent(tenantId: string, { key, kind, href, label, description }: Hit): void {
  const others = readRecent(tenantId).filter((hit) => hit.key !== key);
  const kept = [{ key, kind, href, label, description }, ...others].slice(0, KEPT_MAX);
  try {
    window.localStorage.setItem(place(tenantId), JSON.stringify(kept));
  } catch {
    // Storage is full or off; the search works without.
  }
}
