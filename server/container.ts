import { createControl } from "./container/control.ts";
import { createFoundation } from "./container/foundation.ts";
import { createOutgoing } from "./container/outgoing.ts";
import { createPeople } from "./container/people.ts";
import { createRuntime } from "./container/runtime.ts";
import { createUpkeep } from "./container/upkeep.ts";
import { createWatched } from "./container/watched.ts";
import type { Env } from "./platform/env.ts";

export type Container = ReturnType<typeof createContainer>;

/** Every service of the product, built once a process; only entry points import this. Nothing connects until used. */
export function createContainer(env: Env, name = "signet") {
  const foundation = createFoundation(env, name);
  const runtime = createRuntime(foundation);
  const outgoing = createOutgoing(foundation);
  const control = createControl(foundation, runtime, outgoing);
  const people = createPeople(foundation, outgoing, control);
  const watched = createWatched(foundation, control, people);
  return {
    ...foundation,
    ...runtime,
    ...outgoing,
    ...control,
    ...people,
    ...watched,
    ...createUpkeep(foundation, runtime),
    async close() {
      runtime.rateLimits.counters.close();
      runtime.eventLoop.stop();
      outgoing.smtp?.close();
      await Promise.all([watched.endStreams(), foundation.seatChanges.close(), foundation.uses.close()]);
      await foundation.database.close();
    },
  };
}
