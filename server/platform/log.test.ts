import { describe, expect, test } from "vitest";
import { createLogger, currentCorrelationId, runWithCorrelation } from "./log.ts";

function capture(format: "json" | "text" = "json") {
  const lines: string[] = [];
  const log = createLogger({
    level: "debug",
    name: "test",
    format,
    destination: { write: (line) => lines.push(line) },
  });
  return { log, lines, text: () => lines.join("") };
}

describe("log", () => {
  test("no secret reaches a line, however it was handed over", () => {
    const { log, lines, text } = capture();
    log.info(
      { password: "hunter-a", headers: { authorization: "Bearer hunter-b", cookie: "sid=hunter-c" } },
      "one",
    );
    log.child({ activationToken: "hunter-d" }).warn({ list: [{ licenseKey: "hunter-e" }] }, "two");
    log.error(
      Object.assign(new Error("three"), {
        config: { api_key: 'hunter-f "quoted" \\', "x-api-key": "hunter-g" },
      }),
    );
    log.info(
      { "set-cookie": ["sid=hunter-h]", "x"], credentials: { user: "u", value: "hunter-i}" } },
      "four",
    );
    expect(text()).not.toContain("hunter");
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(["one", "two", "three", "four"]);
    expect(text().match(/\[redacted\]/g)).toHaveLength(9);
  });

  test("a hostile value neither breaks the line nor slows it down", () => {
    const { log, lines } = capture();
    const hostile = '"token":"'.repeat(20_000);
    log.info({ note: hostile }, "still here");
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ note: hostile, msg: "still here" });
  });

  test("every line inside a correlation carries its id, also after awaiting, and none outside does", async () => {
    const { log, lines } = capture();
    await runWithCorrelation("cor_1", async () => {
      await Promise.resolve();
      log.info("inside");
      expect(currentCorrelationId()).toBe("cor_1");
    });
    log.info("outside");
    expect(lines.map((line) => JSON.parse(line).correlationId)).toEqual(["cor_1", undefined]);
  });

  test("lines of a traced request carry its trace and span, for whoever joins them to the caller's", async () => {
    const { log, lines } = capture();
    const traceParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    await runWithCorrelation(
      "cor_1",
      async () => {
        await Promise.resolve();
        log.info("inside");
      },
      traceParent,
    );
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      correlationId: "cor_1",
      trace_id: "4bf92f3577b34da6a3ce929d0e0e4736",
      span_id: "00f067aa0ba902b7",
    });
  });

  test("text lines are for a person: level, speaker, message, fields and the error's stack", () => {
    const { log, text } = capture("text");
    log.warn({ port: 3000, err: new Error("taken") }, "cannot listen");
    expect(text()).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} WARN {2}test: cannot listen port=3000\n {4}Error: taken\n/,
    );
  });
});
