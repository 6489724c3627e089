import { hash } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { publicId } from "#server/domain/ids.ts";
import { newUuid } from "#server/platform/ids.ts";
import { createLicenseServer } from "../license-server.ts";
import { BODY_BYTES_MAX } from "../raw.ts";
import { problem } from "../schemas.ts";
import { usageResponse } from "../schemas-usage.ts";
import { HOSTS, type Host } from "../testing/hosts.ts";
import { ACTIVATION_ID, LICENSE_ID, plainServices, TOKEN } from "../testing/plain-services.ts";

const OPERATIONS = createLicenseServer(plainServices()).operations;
const headers = { authorization: `Bearer ${TOKEN}` };
const TICKET = { id: "job-42", meter: "render-minutes", amount: 40 };

function event(change: object = {}) {
  return {
    id: newUuid(),
    meter: "render-minutes",
    amount: 5,
    occurredAt: "2030-01-31T12:00:00.000Z",
    ...change,
  };
}

describe.each(Object.entries(HOSTS))("behind %s", (_name, start) => {
  const services = plainServices();
  const { script } = services;
  let host: Host;
  beforeAll(async () => {
    host = await start(services);
  });
  afterAll(() => host.stop());
  beforeEach(() => {
    script.next = undefined;
  });

  const post = (path: string, body?: unknown) => host.ask("POST", `/v1/acme/${path}`, { headers, body });
  const errorsOf = (answer: { json(): unknown }) => problem.parse(answer.json()).errors;

  test("whoever asks for credits is the device and the license of the token, in every operation", async () => {
    await post("tickets", TICKET);
    await post("tickets/job-42/settle", { used: 1 });
    await post("tickets/job-42/void");
    await post("usage", { events: [event()] });
    await host.ask("GET", "/v1/acme/balances", { headers });
    const asked = script.asked.slice(-5);
    expect(asked.length).toBe(5);
    for (const each of asked)
      expect(each).toMatchObject({ activationId: ACTIVATION_ID, licenseId: LICENSE_ID });
  });

  test("without a token nothing is charged, reserved or told", async () => {
    const before = script.asked.length;
    for (const path of ["tickets", "tickets/job-42/settle", "tickets/job-42/void", "usage"])
      expect((await host.ask("POST", `/v1/acme/${path}`, { body: {} })).status).toBe(401);
    expect((await host.ask("GET", "/v1/acme/balances")).status).toBe(401);
    expect(script.asked.length).toBe(before);
  });

  test.each([["job 42/part 1"], ["50%25 of 100%"], ["a?b#c&d=e+f"], ["Überstunden 🎬"], ["x".repeat(128)]])(
    "the ticket id %s reaches the service as the client made it",
    async (id) => {
      expect((await post("tickets", { ...TICKET, id })).status).toBe(201);
      expect(script.asked.at(-1)).toMatchObject({ id });
      for (const [action, body] of [
        ["settle", { used: 3 }],
        ["void", undefined],
      ] as const) {
        expect((await post(`tickets/${encodeURIComponent(id)}/${action}`, body)).status).toBe(200);
        expect(script.asked.at(-1)).toMatchObject({ ticketId: id });
      }
    },
  );

  test.each([
    ["empty", ""],
    ["too long", "x".repeat(129)],
    ["not printable", "a\nb"],
    ["half a character", "\ud83c"],
    ["a step in an address", ".."],
  ])("an id that is %s is named, and nothing reaches the service", async (_what, id) => {
    const before = script.asked.length;
    expect(errorsOf(await post("tickets", { ...TICKET, id }))?.[0]?.pointer).toBe("/id");
    if (id !== "..")
      expect(errorsOf(await post("usage", { events: [event({ id })] }))?.[0]?.pointer).toBe("/events/0/id");
    expect(script.asked.length).toBe(before);
  });

  test("an id too long for a ticket is named in the path too", async () => {
    const answer = await post(`tickets/${"x".repeat(129)}/settle`, { used: 1 });
    expect(answer.status).toBe(400);
    expect(errorsOf(answer)?.[0]?.pointer).toBe("/path/id");
  });

  test("every wrong field of every event is named, and nothing reaches the service", async () => {
    const before = script.asked.length;
    const answer = await post("usage", {
      events: [
        event(),
        event({ amount: 0, meter: "" }),
        event({ amount: 1.5, occurredAt: "2030-02-31T12:00:00Z" }),
        { ...event({ amount: 2 ** 53 }), unit: "minutes" },
        5,
      ],
    });
    expect(answer.status).toBe(400);
    expect(errorsOf(answer)).toEqual([
      { pointer: "/events/1/meter", message: "events.1.meter must be a meter code." },
      { pointer: "/events/1/amount", message: "events.1.amount must be at least 1." },
      { pointer: "/events/2/amount", message: "events.2.amount must be a whole number." },
      {
        pointer: "/events/2/occurredAt",
        message: "events.2.occurredAt must be a time like 2030-01-31T12:00:00Z.",
      },
      { pointer: "/events/3/amount", message: expect.stringContaining("must be at most") },
      { pointer: "/events/3/unit", message: "events.3.unit is not a known field; remove it." },
      { pointer: "/events/4", message: "events.4 must be an object." },
    ]);
    expect(script.asked.length).toBe(before);
  });

  test.each([
    [{ events: [] }, "events must have at least 1 event."],
    [{ events: Array.from({ length: 1_001 }, () => event()) }, "events must have at most 1,000 events."],
    [{}, "events is required."],
    [{ events: "all" }, "events must be a list."],
  ])("a request with no list of 1 to 1,000 events is refused as a whole (%#)", async (body, message) => {
    expect(errorsOf(await post("usage", body))).toEqual([{ pointer: "/events", message }]);
  });

  test("a time is read as RFC 3339 has it: of any precision, and at any offset", async () => {
    const times = ["2030-01-31T12:00:00Z", "2030-01-31T13:00:00.5+01:00"];
    const answer = await post("usage", { events: times.map((occurredAt) => event({ occurredAt })) });
    expect(answer.status).toBe(200);
    expect(script.asked.at(-1)).toMatchObject({
      events: [
        { occurredAt: new Date("2030-01-31T12:00:00.000Z") },
        { occurredAt: new Date("2030-01-31T12:00:00.500Z") },
      ],
    });
  });

  test("a thousand wrong events are refused in an answer no larger than one can read", async () => {
    const answer = await post("usage", { events: Array.from({ length: 1_000 }, () => ({})) });
    expect(answer.status).toBe(400);
    expect(problem.parse(answer.json()).detail).toMatch(/^4000 fields are not valid: .+ and more\.$/);
    expect(answer.text.length).toBeLessThan(16 * 1024);
  });

  test("a thousand events with ids of a usual length fit, and are answered in their order", async () => {
    const events = Array.from({ length: 1_000 }, () => event({ id: `evt_${newUuid()}`, amount: 1_000_000 }));
    expect(JSON.stringify({ events }).length).toBeLessThan(BODY_BYTES_MAX * 0.6);
    const answer = await post("usage", { events });
    expect(answer.status).toBe(200);
    expect(usageResponse.parse(answer.json()).events.map(({ id }) => id)).toEqual(events.map(({ id }) => id));
    expect(script.asked.at(-1)).toMatchObject({
      events: events.map(({ occurredAt, ...rest }) => ({ ...rest, occurredAt: new Date(occurredAt) })),
    });
  });

  test.each([
    ["tickets", TICKET, 201],
    ["tickets/job-42/settle", { used: 3 }, 200],
    ["tickets/job-42/void", undefined, 200],
    ["usage", { events: [event()] }, 200],
  ])("%s says so when it was answered before, and only then", async (path, body, status) => {
    const first = await post(path, body);
    expect([first.status, first.headers.get("idempotent-replayed")]).toEqual([status, null]);
    script.next = { replayed: true };
    const again = await post(path, body);
    expect([again.status, again.headers.get("idempotent-replayed")]).toEqual([200, "true"]);
  });

  test.each([
    ["tickets", TICKET, publicId("activation", ACTIVATION_ID)],
    ["usage", { events: [event()] }, publicId("activation", ACTIVATION_ID)],
    ["tickets/job-42/settle", { used: 3 }, "job-42"],
    ["tickets/job-42/void", {}, "job-42"],
  ])("a denial of %s is signed for this very request and what it is about", async (path, body, subject) => {
    script.next = { outcome: "denied", code: "tenant_suspended", rule: "tenant.suspended", facts: {} };
    const refused = problem.parse((await post(path, body)).json());
    expect(refused.status).toBe(403);
    expect(JSON.parse(refused.decision?.replace("signed:", "") ?? "")).toMatchObject({
      code: "tenant_suspended",
      subject,
      audience: "renderer",
      requestHash: hash("sha256", JSON.stringify(body), "base64url"),
    });
  });

  test("what a void does not know is refused, so that a settle sent there by mistake gives nothing back", async () => {
    const before = script.asked.length;
    expect(errorsOf(await post("tickets/job-42/void", { used: 3 }))?.[0]?.pointer).toBe("/used");
    expect(script.asked.length).toBe(before);
  });
});

test("every refusal that a ticket or usage can meet is in its documentation", () => {
  const documented = Object.fromEntries(OPERATIONS.map(({ id, denials }) => [id, denials]));
  expect(documented.issueTicket).toEqual(
    expect.arrayContaining([
      "meter_not_entitled",
      "ticket_amount_exceeded",
      "insufficient_credits",
      "idempotency_conflict",
    ]),
  );
  expect(documented.settleTicket).toEqual(
    expect.arrayContaining(["ticket_not_found", "ticket_expired", "ticket_voided", "ticket_settled"]),
  );
  expect(documented.voidTicket).toEqual(
    expect.arrayContaining(["ticket_not_found", "ticket_expired", "ticket_settled"]),
  );
});
