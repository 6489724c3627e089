import { storedId } from "#server/domain/ids.ts";

/** Remembers where a person was last: the place, and before it the last one of the other kind. It grants nothing. */
export const PLACES_COOKIE = "signet-places";

export interface Remembered {
  /** The place they were at last. */
  readonly last: string | undefined;
  readonly tenantId: string | undefined;
  readonly customerId: string | undefined;
}

export function readRemembered(cookie: string | undefined): Remembered {
  const places = cookie?.split(".") ?? [];
  const idOf = (kind: "tenant" | "customer") =>
    places.map((place) => storedId(kind, place)).find((id) => id !== undefined);
  return { last: places[0], tenantId: idOf("tenant"), customerId: idOf("customer") };
}

export function rememberPlace(cookie: string | undefined, place: string): string {
  const other = cookie?.split(".").find((each) => kindOf(each) !== kindOf(place));
  return other === undefined ? place : `${place}.${other}`;
}

const kindOf = (place: string) => place.split("_", 1)[0];
