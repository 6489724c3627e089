import type { ActivationStatus, Standing } from "./activation-status.ts";
import { Emitter } from "./emitter.ts";
import type { Link } from "./link.ts";
import { later } from "./timer.ts";

export interface ActivationEvents {
  changed: { readonly status: ActivationStatus };
}

interface Watched extends Standing {
  readonly snapshotUntil: Date | undefined;
  readonly license: { readonly validUntil: Date | undefined } | undefined;
}

/** However far off the next change is, the clock is looked at this often: a machine that slept shall know soon. */
const LOOK_MS = 10_000;

/** Tells one listener what becomes of an activation, also by time alone. @returns ends that. */
export function watchActivation<Name extends keyof ActivationEvents>(
  activation: Watched,
  link: Link,
  name: Name,
  listener: (event: ActivationEvents[Name]) => unknown,
): () => void {
  const events = new Emitter<ActivationEvents>(link.configuration.debug);
  let { status } = activation;
  let cancelTimer = () => {};

  const tell = () => {
    status = activation.status;
    events.emit("changed", { status });
  };
  const schedule = () => {
    cancelTimer();
    cancelTimer = later(untilNextMs(activation, link.configuration.clock.now()), () => {
      schedule();
      if (activation.status !== status) tell();
    });
  };

  events.on(name, listener);
  const stopListening = link.changes.on("changed", () => {
    schedule();
    tell();
  });
  schedule();
  return () => {
    cancelTimer();
    stopListening();
    events.clear();
  };
}

function untilNextMs(activation: Watched, now: number): number {
  const { expiresAt, graceUntil, snapshotUntil, license } = activation;
  const ahead = [expiresAt, graceUntil, snapshotUntil, license?.validUntil]
    .map((moment) => (moment?.getTime() ?? Number.POSITIVE_INFINITY) - now)
    .filter((milliseconds) => milliseconds > 0);
  return Math.min(...ahead, LOOK_MS);
}
