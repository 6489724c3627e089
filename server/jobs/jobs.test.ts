import { describe, expect, test } from "vitest";
import { runWithCorrelation } from "../platform/log.ts";
import { JOB_NAMES, JOBS } from "./catalogue.ts";
import { createJobs } from "./jobs.ts";

function recorder(taken = true) {
  const sent: unknown[][] = [];
  const jobs = createJobs({
    send: async (...parameters) => {
      sent.push(parameters);
      return taken;
    },
  });
  return { jobs, sent };
}

describe("enqueue", () => {
  test("carries the correlation id and the trace of whoever asked, and the retries of the catalogue", async () => {
    const { jobs, sent } = recorder();
    const traceParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    const enqueue = () => jobs.enqueue("license-transitions", {});
    expect(await runWithCorrelation("cor_1", enqueue, traceParent)).toBe(true);
    const asked = { payload: {}, correlationId: "cor_1", traceParent };
    expect(sent).toEqual([["license-transitions", asked, JOBS["license-transitions"]]]);
  });

  test("says so when the queue did not take the job, instead of throwing", async () => {
    expect(await recorder(false).jobs.enqueue("trust-refresh", {})).toBe(false);
  });

  test("refuses a payload that is not the job's, before it is queued", async () => {
    const { jobs, sent } = recorder();
    const payload: Record<string, never> = JSON.parse('{"surprise":1}');
    await expect(jobs.enqueue("license-transitions", payload)).rejects.toThrow("surprise");
    expect(sent).toEqual([]);
  });
});

describe("the catalogue", () => {
  test.each(JOB_NAMES)(
    "%s can be queued by name, tries more than once, and its schedule's empty payload is valid",
    (name) => {
      const { payload, attempts, backoffMs, concurrency, everyMs } = JOBS[name];
      expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(attempts).toBeGreaterThan(1);
      expect(backoffMs).toBeGreaterThan(0);
      expect(concurrency).toBeGreaterThan(0);
      if (everyMs !== undefined) expect(payload.safeParse({}).success).toBe(true);
    },
  );
});
