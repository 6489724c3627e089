import { SignetError } from "../domain/errors.ts";
import { storedId } from "../domain/ids.ts";
import { licenseKeyHash } from "./license-keys.ts";
import { type LicenseSearch, textSearch } from "./license-list-store.ts";
import type { Tx, Vault } from "./ports.ts";

/** Whether a search by words may have left some out: then "all that match" cannot be had. */
export function isCut(search: LicenseSearch | undefined): boolean {
  return search?.kind === "text" && search.isCut;
}

export function searchIsCut(): SignetError {
  return new SignetError(
    "invalid_request",
    "More licenses may fit these words than a search looks through; write more of them, or choose by product, policy or customer.",
  );
}

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
