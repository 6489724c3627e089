import autocannon from "autocannon";

/** One way to load a server: what is sent, and where. */
export interface Target {
  readonly name: string;
  readonly url: string;
  /** A fresh body for each request. */
  readonly body: () => string;
}

export interface Load {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Loads a target for some seconds. Throws when any answer is not a success: a fast refusal is no result. */
export async function load(target: Target, seconds: number, connections: number): Promise<Load> {
  const result = await autocannon({
    url: target.url,
    connections,
    duration: seconds,
    method: "POST",
    headers: { "content-type": "application/json" },
    requests: [{ setupRequest: (request) => ({ ...request, body: target.body() }) }],
  });
  const failed = result.errors + result.timeouts + result.non2xx;
  if (failed > 0)
    throw new Error(`${target.name}: ${failed} requests failed, so there is nothing to compare.`);
  return { perSecond: result.requests.average, p50Ms: result.latency.p50, p99Ms: result.latency.p99 };
}
