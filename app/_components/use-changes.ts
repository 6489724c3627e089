"use client";

import { useEffect, useRef, useState } from "react";

/** `live`: what is shown follows what happens. */
export type LiveState = "connecting" | "live" | "reconnecting";

/** A stream that ends and is back within this was never missed. */
const GRACE_MS = 4_000;
/** After a refusal, which the browser does not try again by itself. */
const RETRY_MS = 5_000;

/**
 * Asks anew for what is on the screen whenever the server says that something changed; `licenseId`: only if it is of that license.
 * A tab that nobody sees holds no stream, and begins with a fresh look when it is seen again.
 */
export function useChanges(stream: string, look: () => Promise<unknown>, licenseId?: string): LiveState {
  const [state, setState] = useState<LiveState>("connecting");
  const looking = useRef(look);
  useEffect(() => {
    looking.current = look;
  }, [look]);

  useEffect(() => {
    let source: EventSource | undefined;
    let retry: number | undefined;
    let grace: number | undefined;
    let refreshing = false;
    let changedMeanwhile = false;

    /** One look at a time; what changes during it is seen by the next. */
    async function refresh() {
      changedMeanwhile = refreshing;
      if (refreshing) return;
      refreshing = true;
      await looking.current();
      refreshing = false;
      if (changedMeanwhile) void refresh();
    }

    function open() {
      close();
      source = new EventSource(stream);
      source.onopen = () => {
        window.clearTimeout(grace);
        grace = undefined;
        setState("live");
      };
      source.addEventListener("changed", ({ data }: MessageEvent<string>) => {
        const { subjects }: { subjects?: string[] } = JSON.parse(data);
        if (subjects === undefined || licenseId === undefined || subjects.includes(licenseId)) void refresh();
      });
      source.onerror = () => {
        grace ??= window.setTimeout(() => setState("reconnecting"), GRACE_MS);
        if (source?.readyState !== EventSource.CLOSED) return;
        close();
        retry = window.setTimeout(open, RETRY_MS);
        // Whoever may not watch any more is told so by what they ask for.
        void refresh();
      };
    }

    function close() {
      window.clearTimeout(retry);
      source?.close();
      source = undefined;
    }

    function onVisibility() {
      if (document.hidden) close();
      else if (source === undefined) open();
    }

    onVisibility();
    document.addEventListener("visibilitychange", onVisibility);
    return () => {
      document.removeEventListener("visibilitychange", onVisibility);
      window.clearTimeout(grace);
      close();
    };
  }, [stream, licenseId]);

  return state;
}
