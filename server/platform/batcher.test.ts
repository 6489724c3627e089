import { describe, expect, test } from "vitest";
import { SignetError } from "../domain/errors.ts";
import { type Batcher, createBatcher } from "./batcher.ts";
import { currentCorrelationId, runWithCorrelation } from "./log.ts";

interface Flush {
  readonly tenantId: string;
  readonly items: readonly string[];
  finish(results?: readonly string[]): Promise<void>;
  fail(error: unknown): Promise<void>;
}

interface Harness extends Batcher<string, string> {
  /** Every flush begun so far; each stays under way until the test ends it. */
  readonly flushes: Flush[];
  flush(index: number): Flush;
}

const macrotask = () => new Promise<void>((resolve) => setImmediate(resolve));

function harness(
  limits: Partial<Record<"itemsPerFlushMax" | "flushesInFlightMax" | "queuedMax", number>> = {},
): Harness {
  const flushes: Flush[] = [];
  const batcher = createBatcher<string, string>({
    name: "test",
    flushesInFlightMax: 4,
    queuedMax: 10_000,
    ...limits,
    flush: (tenantId, items) =>
      new Promise((resolve, reject) => {
        flushes.push({
          tenantId,
          items,
          finish(results = items.map((item) => `${tenantId}:${item}`)) {
            resolve(results);
            return macrotask();
          },
          fail(error) {
            reject(error);
            return macrotask();
          },
        });
      }),
  });
  const flush = (index: number) => {
    const found = flushes[index];
    if (found === undefined) throw new Error(`flush ${index} has not begun`);
    return found;
  };
  return { ...batcher, flushes, flush };
}

/** A batcher over a database that refuses any batch holding a poison item. */
function poisonable(failure: () => Error, isPoison: (item: string) => boolean) {
  const calls: (readonly string[])[] = [];
  const committed: string[] = [];
  const batcher = createBatcher<string, string>({
    name: "test",
    flushesInFlightMax: 1,
    queuedMax: 10_000,
    flush: async (_tenantId, items) => {
      calls.push(items);
      await Promise.resolve();
      if (items.some(isPoison)) throw failure();
      committed.push(...items);
      return items.map((item) => `done ${item}`);
    },
  });
  return { batcher, calls, committed };
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `${index}`);
const codeOf = (error: unknown) => (error instanceof SignetError ? error.code : String(error));

describe("order", () => {
  test("every submitter gets the result of its own item, and a tenant's items are flushed first come, first served", async () => {
    const h = harness({ itemsPerFlushMax: 3 });
    const results = Promise.all(numbered(8).map((item) => h.submit("a", item)));
    for (let index = 0; index < 4; index++) await h.flush(index).finish();
    expect(h.flushes.map((flush) => flush.items)).toEqual([["0"], ["1", "2", "3"], ["4", "5", "6"], ["7"]]);
    expect(await results).toEqual(numbered(8).map((item) => `a:${item}`));
  });

  test("a tenant never has two flushes under way", async () => {
    const h = harness();
    void h.submit("a", "1");
    void h.submit("a", "2");
    expect(h.flushes).toHaveLength(1);
    await h.flush(0).finish();
    expect(h.flushes).toHaveLength(2);
  });

  test("fails every item when the results do not match the items, and runs none of them again", async () => {
    const h = harness();
    const first = h.submit("a", "1");
    await Promise.all([h.flush(0).finish([]), expect(first).rejects.toThrow("test: 0 results for 1 items")]);
    expect(h.flushes).toHaveLength(1);
  });
});

describe("coalescing", () => {
  test("a lone request flushes at once, without waiting for a timer or a tick", () => {
    const h = harness();
    void h.submit("a", "1");
    expect(h.flushes).toHaveLength(1);
  });

  test("what arrives during a flush becomes the next one, up to the limit of 512", async () => {
    const h = harness();
    const results = numbered(1000).map((item) => h.submit("a", item));
    for (let index = 0; index < 3; index++) await h.flush(index).finish();
    await Promise.all(results);
    expect(h.flushes.map((flush) => flush.items.length)).toEqual([1, 512, 487]);
  });

  test("a flush belongs to no request: it does not run under the correlation id of the one that started it", async () => {
    const seen: (string | undefined)[] = [];
    const batcher = createBatcher<string, string>({
      name: "test",
      flushesInFlightMax: 1,
      queuedMax: 10,
      flush: async (_tenantId, items) => {
        seen.push(currentCorrelationId());
        return items;
      },
    });
    await runWithCorrelation("cor_1", async () => {
      await Promise.all([batcher.submit("a", "1"), batcher.submit("a", "2")]);
      expect(currentCorrelationId()).toBe("cor_1");
    });
    expect(seen).toEqual([undefined, undefined]);
  });
});

describe("back-pressure", () => {
  test("past the queue's bound a request is refused as overloaded, says when to retry, and the rest are served", async () => {
    const h = harness({ flushesInFlightMax: 1, queuedMax: 3 });
    const accepted = numbered(4).map((item) => h.submit("a", item));
    const refusal = await h.submit("b", "late").catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: "overloaded", retryAfterSeconds: 1 });
    await h.flush(0).finish();
    const afterwards = h.submit("a", "5");
    await h.flush(1).finish();
    await h.flush(2).finish();
    expect(await Promise.all([...accepted, afterwards])).toHaveLength(5);
  });

  test("no more flushes than allowed are under way, whatever the number of tenants", async () => {
    const h = harness({ flushesInFlightMax: 2 });
    for (const tenantId of numbered(5)) void h.submit(tenantId, "x");
    expect(h.flushes).toHaveLength(2);
    await h.flush(1).finish();
    expect(h.flushes).toHaveLength(3);
  });
});

describe("fairness", () => {
  test("a busy tenant waits its turn behind a quiet one", async () => {
    const h = harness({ flushesInFlightMax: 1, itemsPerFlushMax: 10 });
    for (const item of numbered(100)) void h.submit("busy", item);
    void h.submit("quiet", "1");
    void h.submit("calm", "1");
    for (let index = 0; index < 5; index++) await h.flush(index).finish();
    expect(h.flushes.map((flush) => flush.tenantId)).toEqual([
      "busy",
      "quiet",
      "calm",
      "busy",
      "busy",
      "busy",
    ]);
  });
});

describe("poison", () => {
  test("one item that the database refuses harms only itself, and everyone else's takes effect once", async () => {
    const refusal = Object.assign(new Error("violates check constraint"), { code: "23514" });
    const { batcher, calls, committed } = poisonable(
      () => refusal,
      (item) => item === "300",
    );
    const outcomes = await Promise.allSettled(numbered(500).map((item) => batcher.submit("a", item)));
    const failed = outcomes.flatMap((outcome, index) => (outcome.status === "rejected" ? [index] : []));
    expect(failed).toEqual([300]);
    expect(outcomes[300]).toMatchObject({ reason: refusal });
    expect(outcomes[301]).toMatchObject({ value: "done 301" });
    expect([...committed].sort()).toEqual(
      numbered(500)
        .filter((item) => item !== "300")
        .sort(),
    );
    expect(calls.length).toBeLessThan(25);
  });

  test("when all are poison each is told its own refusal", async () => {
    const { batcher } = poisonable(
      () => new Error("no"),
      () => true,
    );
    const outcomes = await Promise.allSettled(numbered(9).map((item) => batcher.submit("a", item)));
    expect(outcomes.every((outcome) => outcome.status === "rejected")).toBe(true);
  });

  test.each(["40P01", "40001"])(
    "a batch that lost against another transaction (%s) is tried once more whole, and only then in halves",
    async (code) => {
      const conflict = () => Object.assign(new Error("conflict"), { code });
      const h = harness();
      const first = h.submit("a", "0");
      const rest = Promise.all(["1", "2", "3", "4"].map((item) => h.submit("a", item)));
      await h.flush(0).fail(conflict());
      await h.flush(1).finish();
      expect(await first).toBe("a:0");
      await h.flush(2).fail(conflict());
      await h.flush(3).fail(conflict());
      await h.flush(4).finish();
      await h.flush(5).finish();
      expect(await rest).toEqual(["a:1", "a:2", "a:3", "a:4"]);
      expect(h.flushes.map(({ items }) => items.join())).toEqual([
        "0",
        "0",
        "1,2,3,4",
        "1,2,3,4",
        "1,2",
        "3,4",
      ]);
    },
  );

  test("a flush that throws before it returns a promise is a failure like any other", async () => {
    const batcher = createBatcher<string, string>({
      name: "test",
      flushesInFlightMax: 1,
      queuedMax: 10,
      flush: () => {
        throw new Error("at once");
      },
    });
    await expect(batcher.submit("a", "1")).rejects.toThrow("at once");
    await expect(batcher.submit("a", "2")).rejects.toThrow("at once");
  });

  test("a database short of connections, memory or time answers overloaded to all, instead of being asked once more for each", async () => {
    const { batcher, calls } = poisonable(
      () => Object.assign(new Error("busy"), { code: "55P03" }),
      () => true,
    );
    const outcomes = await Promise.allSettled(numbered(50).map((item) => batcher.submit("a", item)));
    expect(
      new Set(outcomes.map((outcome) => outcome.status === "rejected" && codeOf(outcome.reason))),
    ).toEqual(new Set(["overloaded"]));
    expect(calls).toHaveLength(2);
  });
});

describe("lost connection", () => {
  test.each([
    ["an SQLSTATE of class 08", Object.assign(new Error("gone"), { code: "08006" })],
    ["a server shutting down", Object.assign(new Error("terminating"), { code: "57P01" })],
    ["a socket reset", Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" })],
    ["pg's own word for it", new Error("Connection terminated unexpectedly")],
    ["a reply that never came", new Error("Query read timeout")],
    [
      "a cause inside another error",
      new Error("flush failed", { cause: new Error("Connection terminated") }),
    ],
  ])("%s: every item's outcome is unknown and nothing is run again", async (_case, error) => {
    const h = harness();
    const outcomes = Promise.allSettled(numbered(20).map((item) => h.submit("a", item)));
    await h.flush(0).finish();
    await h.flush(1).fail(error);
    const reasons = (await outcomes).flatMap((outcome) =>
      outcome.status === "rejected" ? [outcome.reason] : [],
    );
    expect(reasons.map(codeOf)).toEqual(Array(19).fill("outcome_unknown"));
    expect(reasons[0]).toMatchObject({ cause: error });
    expect(h.flushes).toHaveLength(2);
  });

  test("later requests are served once the connection is back", async () => {
    const h = harness();
    const lost = expect(h.submit("a", "1")).rejects.toMatchObject({ code: "outcome_unknown" });
    await h.flush(0).fail(new Error("Connection terminated"));
    await lost;
    const retried = h.submit("a", "1");
    await h.flush(1).finish();
    expect(await retried).toBe("a:1");
  });
});

describe("idle", () => {
  test("resolves at once when nothing was submitted, else only after the last flush", async () => {
    const h = harness({ flushesInFlightMax: 1 });
    await h.idle();
    const settled: string[] = [];
    void h.submit("a", "1").then((result) => settled.push(result));
    void h.submit("b", "1").then((result) => settled.push(result));
    const idle = h.idle().then(() => settled.push("idle"));
    await h.flush(0).finish();
    expect(settled).toEqual(["a:1"]);
    await h.flush(1).finish();
    await idle;
    expect(settled).toEqual(["a:1", "b:1", "idle"]);
  });
});
