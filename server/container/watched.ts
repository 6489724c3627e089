import { createLab } from "../lab/service.ts";
import { createLicenseStreams } from "../live/license-streams.ts";
import { createAnnouncer, LAB_RUNS, LICENSE_USES, SEAT_CHANGES } from "../platform/announcer.ts";
import { createListener } from "../platform/listener.ts";
import type { Control } from "./control.ts";
import type { Foundation } from "./foundation.ts";
import type { People } from "./people.ts";

/** What browsers watch for as long as a page is open. */
export function createWatched(foundation: Foundation, control: Control, { auth }: People) {
  const { env, clock, log, database, trust, vault } = foundation;
  const { ownSeats, licenses, stories } = control;
  const streamsOf = (channel: string) =>
    createLicenseStreams({
      auth,
      licensesOf: ownSeats.pooledLicenses,
      listener: createListener({ url: env.DATABASE_APP_URL, channel, log }),
      log,
    });
  const seatStreams = streamsOf(SEAT_CHANGES);
  const useStreams = streamsOf(LICENSE_USES);
  const played = { database, clock, trust, vault, auth, licenses, stories, log };
  const channel = () => ({
    announcer: createAnnouncer({ pool: database.pool, channel: LAB_RUNS, log }),
    listener: createListener({ url: env.DATABASE_APP_URL, channel: LAB_RUNS, log }),
  });
  const lab = createLab({ ...played, channel, server: env.LICENSE_SERVER_URL });
  return {
    seatStreams,
    useStreams,
    lab,
    /** So that nothing that is watched holds up the end. */
    endStreams: async () => void (await Promise.all([seatStreams.close(), useStreams.close(), lab.close()])),
  };
}
