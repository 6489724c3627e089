/** The entry point for React, in a browser or an Electron window: hooks over what the SDK does without them. */
import { useCallback, useMemo, useSyncExternalStore } from "react";
import type { Activation } from "./activation.ts";
import { type License, type LicenseSource, licenseStoreOf } from "./react/license-store.ts";
import { NO_SEAT, type SeatState, type SeatWanted, seatState, watchSeat } from "./react/seat-store.ts";

export type {
  License,
  LicenseActions,
  Licensed,
  LicenseGrants,
  LicenseInGrace,
  LicenseLoading,
  LicenseSource,
  Unlicensed,
} from "./react/license-store.ts";
export type {
  SeatDenied,
  SeatHeld,
  SeatLostHere,
  SeatRetry,
  SeatState,
  SeatWaiting,
  SeatWanted,
} from "./react/seat-store.ts";

/**
 * This device's license: what is stored is verified at once, without the network, and kept fresh while a component shows it.
 * Components that name the same `signet` share one state, so there is no provider. It renders again when the license is activated,
 * refreshed, refused or given up, and when its time comes; it never throws into a render.
 *
 * @param signet made once, outside of components. On a server that renders, the license is `loading` and nothing is asked.
 *
 * @example
 * const license = useLicense(signet);
 * if (license.status === "loading") return null;
 * if (license.status === "unlicensed") return <EnterKey onEnter={license.activate} reason={license.reason} />;
 * return <Editor notice={license.reason} canExport={license.has("export-4k")} />;
 */
export function useLicense(signet: LicenseSource): License {
  const store = licenseStoreOf(signet);
  return useSyncExternalStore(store.subscribe, store.state, store.loading);
}

/**
 * A floating seat for as long as the component is there: it is taken when the component mounts, keeps itself by heartbeats, and goes
 * back when the component unmounts. Components that name the same holder share one seat, which goes back with the last of them;
 * React's StrictMode, which mounts everything twice, takes one too. A page that is closed gives nothing back: its seat comes back by
 * itself when the lease ends, and sooner started again it is the same one.
 *
 * Tabs of one browser are one device: where they name the same holder they share its seat as well, and the first that gives it back
 * takes it from the others. For a seat each, give the holder a part that is the tab's own.
 *
 * @param activation undefined while there is none, e.g. `license.activation`: no seat is asked for.
 * @param wanted whose seat; it may be a new object at each render.
 *
 * @example
 * const seat = useSeat(license.activation, { holder: user.email });
 * if (seat.status === "holding") return <Editor />;
 * return <Notice text={seat.reason ?? "Taking a seat …"} onRetry={seat.retry} />;
 */
export function useSeat(activation: Activation | undefined, wanted: SeatWanted): SeatState {
  const { holder, group } = wanted;
  const steady = useMemo(() => ({ holder, group }), [holder, group]);
  const subscribe = useCallback(
    (listener: () => void) =>
      activation === undefined ? () => undefined : watchSeat(activation, steady, listener),
    [activation, steady],
  );
  const state = () => (activation === undefined ? NO_SEAT : seatState(activation, steady));
  return useSyncExternalStore(subscribe, state, () => NO_SEAT);
}
