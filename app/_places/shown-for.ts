import { SHOWN_FOR_HEADER } from "#server/domain/places.ts";

/** Whose the page shows, as its frame says; undefined on pages that are nobody's. */
export function shownFor(): string | undefined {
  if (typeof document === "undefined") return undefined;
  return document.querySelector<HTMLElement>("[data-shown-for]")?.dataset.shownFor;
}

/** What each request of a page says of it, so that nothing is done for another than the person sees. */
export function shownForHeader(): Record<string, string> {
  const place = shownFor();
  return place === undefined ? {} : { [SHOWN_FOR_HEADER]: place };
}

const SWITCHED = "signet:shown-elsewhere";

/** Makes the page say that its person is elsewhere by now; `place`: where, if that is known. */
export function tellShownElsewhere(place?: string): void {
  window.dispatchEvent(new CustomEvent<string | undefined>(SWITCHED, { detail: place }));
}

export function onShownElsewhere(heard: (place: string | undefined) => void): () => void {
  const listener = (event: Event) => {
    const detail: unknown = event instanceof CustomEvent ? event.detail : undefined;
    heard(typeof detail === "string" ? detail : undefined);
  };
  window.addEventListener(SWITCHED, listener);
  return () => window.removeEventListener(SWITCHED, listener);
}
