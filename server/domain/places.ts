import { publicId } from "./ids.ts";

/**
 * Where a person is in the portal: a vendor's team, or a customer of one. Each has a name of its own, its public id, which
 * says nothing about who may be there.
 */
export const teamPlace = (tenantId: string): string => publicId("tenant", tenantId);
export const customerPlace = (customerId: string): string => publicId("customer", customerId);

/** The address that leads somebody to one of their places, and there to a page. */
export function wayTo(place: string, page?: string): string {
  return page === undefined ? `/go/${place}` : `/go/${place}?next=${encodeURIComponent(page)}`;
}

/** With this header a page says whose it shows, because the choice may have changed in another tab since. */
export const SHOWN_FOR_HEADER = "x-signet-shown-for";

/** What such a page is told instead of an answer; it knows it by this sentence. */
export const SHOWN_ELSEWHERE = "You look at something else in another tab now, so nothing was done here.";

/**
 * Whether a page may act for where its person is now. `shownFor` is what it says it shows: undefined for what is rendered in the
 * request itself, empty from whoever does not say, which is enough only for who has no other place.
 */
export function mayActFor(shownFor: string | undefined, place: string, hasSeveral: boolean): boolean {
  return shownFor === undefined || shownFor === place || (shownFor === "" && !hasSeveral);
}
