import { type FilterLicenses, filterLicenses } from "../authority/license-input.ts";
import { CHOSEN_LICENSES_MAX } from "../domain/bulk-change.ts";
import { SignetError } from "../domain/errors.ts";
import { storedId } from "../domain/ids.ts";

/** Which licenses an address asks for; throws `invalid_request` for what no list of licenses can be narrowed by. */
export function licenseFilter(given: unknown): FilterLicenses {
  const parsed = filterLicenses.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new SignetError("invalid_request", "This is not an address of the list of licenses; go back to it.", {
    cause: parsed.error,
  });
}

/**
 * The licenses that a form names, by their ids with a space between; what is no license's id is left out. Throws
 * `invalid_request` for more than may be chosen one by one.
 */
export function chosenLicenses(given: unknown): string[] {
  if (typeof given !== "string") return [];
  const ids = given.split(" ").flatMap((id) => storedId("license", id) ?? []);
  if (ids.length <= CHOSEN_LICENSES_MAX) return ids;
  throw new SignetError(
    "invalid_request",
    `At most ${CHOSEN_LICENSES_MAX.toLocaleString("en")} licenses can be chosen one by one; choose fewer, or all that match.`,
  );
}
