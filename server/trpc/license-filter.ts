import { type FilterLicenses, filterLicenses } from "../authority/license-input.ts";
import { SignetError } from "../domain/errors.ts";

/** Which licenses an address asks for; throws `invalid_request` for what no list of licenses can be narrowed by. */
export function licenseFilter(given: unknown): FilterLicenses {
  const parsed = filterLicenses.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new SignetError("invalid_request", "This is not an address of the list of licenses; go back to it.", {
    cause: parsed.error,
  });
}
