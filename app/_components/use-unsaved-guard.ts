"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { confirmAction } from "./confirm.tsx";

/**
 * While `dirty`, asks before the page is left: by a link, by the browser's back button (where the browser lets a page
 * ask), by closing the tab.
 */
export function useUnsavedGuard(dirty: boolean): void {
  const router = useRouter();
  useEffect(() => {
    if (!dirty) return;
    let leaving = false;

    function ask(leave: () => void) {
      confirmAction({
        title: "Leave without saving?",
        effects: ["What you changed on this page and did not save is lost."],
        confirm: "Leave",
        danger: true,
        run: async () => {
          leaving = true;
          leave();
        },
      });
    }

    function onUnload(event: BeforeUnloadEvent) {
      if (!leaving) event.preventDefault();
    }

    function onClick(event: MouseEvent) {
      const href = leavingHref(event);
      if (href === undefined || leaving) return;
      event.preventDefault();
      event.stopPropagation();
      ask(() => router.push(href));
    }

    function onNavigate(event: NavigateEvent) {
      if (leaving || event.navigationType !== "traverse" || !event.cancelable) return;
      event.preventDefault();
      const { key } = event.destination;
      ask(() => void window.navigation.traverseTo(key));
    }

    window.addEventListener("beforeunload", onUnload);
    document.addEventListener("click", onClick, { capture: true });
    if ("navigation" in window) window.navigation.addEventListener("navigate", onNavigate);
    return () => {
      window.removeEventListener("beforeunload", onUnload);
      document.removeEventListener("click", onClick, { capture: true });
      if ("navigation" in window) window.navigation.removeEventListener("navigate", onNavigate);
    };
  }, [dirty, router]);
}

/** Where a click leads, if it leads this tab to another page of ours. */
function leavingHref(event: MouseEvent): string | undefined {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    return undefined;
  const anchor = event.target instanceof Element ? event.target.closest("a") : null;
  if (anchor === null || anchor.target === "_blank" || anchor.origin !== window.location.origin)
    return undefined;
  if (anchor.pathname === window.location.pathname) return undefined;
  return anchor.pathname + anchor.search + anchor.hash;
}
