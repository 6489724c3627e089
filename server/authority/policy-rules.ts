import { SignetError } from "../domain/errors.ts";
import { contradictions, effectivePolicy, type PolicyOverrides, type PolicyRules } from "../domain/policy.ts";

interface CatalogEntry {
  readonly code: string;
  readonly archivedAt: Date | null;
}

export interface ProductCatalog {
  readonly features: readonly (CatalogEntry & { readonly kind: "flag" | "limit" | "value" })[];
  readonly meters: readonly CatalogEntry[];
}

/** Throws `invalid_request` naming each rule that does not fit the others or the product's catalogue. */
export function refuseContradictions(rules: PolicyRules, catalog: ProductCatalog, pointer: string): void {
  const found = contradictions(rules, {
    features: Object.fromEntries(catalog.features.map(({ code, kind }) => [code, kind])),
    meters: catalog.meters.map(({ code }) => code),
  });
  const [first] = found;
  if (first === undefined) return;
  throw new SignetError(
    "invalid_request",
    found.length === 1 ? first.message : "Some of these rules do not go together.",
    {
      errors: found.map((error) => ({ pointer: `${pointer}${error.pointer}`, message: error.message })),
    },
  );
}

/** The catalogue without what is archived: a new version can no longer grant that. */
export function liveCatalog({ features, meters }: ProductCatalog): ProductCatalog {
  const live = ({ archivedAt }: CatalogEntry) => archivedAt === null;
  return { features: features.filter(live), meters: meters.filter(live) };
}

/** Why a license with these overrides cannot go under these rules; undefined: it can. */
export function unfitReason(
  rules: PolicyRules,
  overrides: PolicyOverrides,
  catalog: ProductCatalog,
): string | undefined {
  if (Object.keys(overrides).length === 0) return undefined;
  try {
    refuseContradictions(effectivePolicy(rules, overrides).rules, catalog, "");
    return undefined;
  } catch (error) {
    if (error instanceof SignetError) return error.message;
    throw error;
  }
}
