import { z } from "zod";
import { currentCorrelationId, currentTraceParent } from "../platform/log.ts";
import type { Queues } from "../platform/queue.ts";
import { JOBS, type JobName, type JobPayload } from "./catalogue.ts";

/** What travels through a queue: the payload, and the correlation id and trace of whoever asked for the job. */
export const envelope = z.object({
  payload: z.unknown(),
  correlationId: z.string().optional(),
  traceParent: z.string().optional(),
});

export interface Jobs {
  /**
   * Asks for a job to be run soon, under the current correlation id and trace. Resolves with whether the queue took it: false is
   * no loss, since the row waits for the next sweep. Throws when the payload is not the job's.
   */
  enqueue<Name extends JobName>(name: Name, payload: JobPayload<Name>): Promise<boolean>;
}

export function createJobs(queues: Pick<Queues, "send">): Jobs {
  return {
    enqueue: async (name, payload) => {
      const job = JOBS[name];
      return queues.send(
        name,
        {
          payload: job.payload.parse(payload),
          correlationId: currentCorrelationId(),
          traceParent: currentTraceParent(),
        },
        job,
      );
    },
  };
}
