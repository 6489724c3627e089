import { HttpConnection } from "./http-client.ts";
import { httpSubject } from "./http-subjects.ts";
import { type Load, load, summary } from "./load.ts";

/** What a server that is asked too much can answer, and still be well. */
const SHED = new Set([429, 503]);
const HEARTBEAT_CALLERS = 8;
const PEAK_CALLERS = 64;
const OVERLOAD = 4;
/** Clients of the overload: enough that they keep asking however long each waits. */
const CONNECTIONS = 4_000;
const TICK_MS = 2;

interface Requests {
  activate(): string;
  heartbeat(): string;
}

export interface Overload {
  readonly peak: Load;
  /** Activations granted, while four times as many as that were asked for each second. */
  readonly goodput: Load;
  readonly offeredPerSecond: number;
  readonly shedPerSecond: number;
  readonly heartbeatUnloaded: Load;
  readonly heartbeatOverloaded: Load;
}

/**
 * First the peak, from clients that wait for their answers; then four times its rate, whether answers come or not, while
 * a few devices that hold a seat send their heartbeats.
 */
export async function measureOverload(port: number, requests: Requests, seconds: number): Promise<Overload> {
  const beating = httpSubject("heartbeat", HEARTBEAT_CALLERS, port, requests.heartbeat);
  const heartbeatUnloaded = await load(beating, seconds);
  const peak = await load(httpSubject("activate", PEAK_CALLERS, port, requests.activate), seconds);
  const [flood, heartbeatOverloaded] = await Promise.all([
    offer(port, requests.activate, peak.perSecond * OVERLOAD, seconds),
    load(beating, seconds),
  ]);
  return { peak, heartbeatUnloaded, heartbeatOverloaded, ...flood };
}

/** Sends at a steady rate on whichever connections are idle. */
async function offer(port: number, request: () => string, perSecond: number, seconds: number) {
  const all = await Promise.all(Array.from({ length: CONNECTIONS }, () => HttpConnection.open(port)));
  const idle = [...all];
  const latencies: number[] = [];
  const startMs = performance.now();
  const endMs = startMs + seconds * 1000;
  let offered = 0;
  let shed = 0;

  async function sendOne(connection: HttpConnection): Promise<void> {
    const sentMs = performance.now();
    const { status } = await connection.send(request());
    const nowMs = performance.now();
    idle.push(connection);
    if (nowMs >= endMs) return;
    if (status < 300) latencies.push(nowMs - sentMs);
    else if (SHED.has(status)) shed++;
    else throw new Error(`An activation under overload was answered ${status}.`);
  }

  const pending = new Set<Promise<void>>();
  while (performance.now() < endMs) {
    const due = Math.floor(((performance.now() - startMs) / 1000) * perSecond);
    while (offered < due) {
      const connection = idle.pop();
      if (connection === undefined) break;
      offered++;
      const sending = sendOne(connection);
      pending.add(sending);
      void sending.then(() => pending.delete(sending));
    }
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  await Promise.all(pending);
  for (const connection of all) connection.close();
  return {
    goodput: summary(latencies, seconds),
    offeredPerSecond: offered / seconds,
    shedPerSecond: shed / seconds,
  };
}
