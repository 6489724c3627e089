/** What a request was answered, where it matters: a status as in HTTP, and the bytes. */
export interface Answer {
  readonly status: number;
  readonly body?: Buffer;
}

export interface Load {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Something that can be loaded: callers that each do one thing after the other. */
export interface Subject {
  readonly name: string;
  readonly callers: number;
  /** What one call counts for; 1 unless given. */
  readonly weight?: number;
  /** Puts things back as they were, before each load and outside of its time. */
  prepare?(): Promise<void>;
  /** Makes one caller: a function that does the thing once, and its end. */
  caller(): Promise<{ once(): Promise<unknown>; close(): void }>;
}

/** Loads a subject for some seconds. Throws when any call fails: a fast refusal is no result. */
export async function load(subject: Subject, seconds: number): Promise<Load> {
  await subject.prepare?.();
  const callers = await Promise.all(Array.from({ length: subject.callers }, () => subject.caller()));
  const latencies: number[] = [];
  const startMs = performance.now();
  const endMs = startMs + seconds * 1000;
  await Promise.all(
    callers.map(async ({ once }) => {
      for (let sentMs = performance.now(); sentMs < endMs; ) {
        await once();
        const nowMs = performance.now();
        if (nowMs < endMs) latencies.push(nowMs - sentMs);
        sentMs = nowMs;
      }
    }),
  );
  for (const caller of callers) caller.close();
  return summary(latencies, seconds, subject.weight);
}

export function summary(latencies: readonly number[], seconds: number, weight = 1): Load {
  const sorted = Float64Array.from(latencies).sort();
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { perSecond: (sorted.length * weight) / seconds, p50Ms: at(0.5), p99Ms: at(0.99) };
}
