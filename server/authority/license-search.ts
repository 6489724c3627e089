import { storedId } from "../domain/ids.ts";
import { licenseKeyHash } from "./license-keys.ts";
import { type LicenseSearch, textSearch } from "./license-list-store.ts";
import type { Tx, Vault } from "./ports.ts";

/** What a search text asks for: a whole key or a license id finds exactly that license. */
export async function searchFor(
  tx: Tx,
  vault: Vault,
  tenantId: string,
  text: string | undefined,
): Promise<LicenseSearch | undefined> {
  if (!text) return undefined;
  const id = storedId("license", text);
  if (id !== undefined) return { kind: "id", id };
  const keyHash = await licenseKeyHash(vault, tenantId, text);
  return keyHash === undefined ? textSearch(tx, tenantId, text) : { kind: "key", keyHash };
}
