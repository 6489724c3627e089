import superjson from "superjson";
import { expect, test } from "vitest";
import type { CurrentActor } from "../auth/actor.ts";
import { createPortalMetrics } from "../operations/portal-metrics.ts";
import { TestClock } from "../testing/test-clock.ts";
import { createPortalContext, type PortalServices } from "./context.ts";
import { answerCalls } from "./http.ts";
import { BATCH_CALLS_MAX, PORTAL_BODY_BYTES_MAX } from "./limits.ts";

/** How far a request came: the context is made once it is parsed. */
async function post(path: string, body: string) {
  let parsed = false;
  const request = new Request(`http://signet.test/api/trpc/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  const response = await answerCalls(request, "/api/trpc", async () => {
    parsed = true;
    throw new Error("nothing is called here");
  });
  return { status: response.status, answer: await response.json(), parsed };
}

const OPEN = "team.acceptInvitation";

test("a body too large is refused before it is parsed, in the shape every failed call has", async () => {
  const { status, answer, parsed } = await post(OPEN, " ".repeat(PORTAL_BODY_BYTES_MAX + 1));
  expect(status).toBe(413);
  expect(parsed).toBe(false);
  expect(superjson.deserialize(answer.error)).toMatchObject({
    message: "The request is larger than 1024 KiB; send less.",
    data: { code: "invalid_request" },
  });
  expect((await post(OPEN, "{}")).parsed).toBe(true);
});

test("a request carries so many calls and no more", async () => {
  const batch = (calls: number) => post(`${Array(calls).fill(OPEN).join(",")}?batch=1`, "{}");
  const { status, answer, parsed } = await batch(BATCH_CALLS_MAX + 1);
  expect({ status, parsed }).toEqual({ status: 400, parsed: false });
  expect(superjson.deserialize(answer.error)).toMatchObject({ data: { code: "invalid_request" } });
  expect((await batch(BATCH_CALLS_MAX)).parsed).toBe(true);
});

test("a file may be larger, for somebody who is signed in and for what takes files", async () => {
  const large = JSON.stringify({ json: { csv: "x".repeat(PORTAL_BODY_BYTES_MAX) } });
  const send = async (path: string, signedIn: boolean) => {
    const request = new Request(`http://signet.test/api/trpc/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: large,
    });
    const context = createPortalContext({
      services: services(signedIn),
      session: undefined,
      correlationId: "cor_test",
      ip: "192.0.2.1",
    });
    return (await answerCalls(request, "/api/trpc", async () => context)).status;
  };
  expect(await send("licenseBatch.check", true)).toBe(200);
  expect(await send("licenseBatch.check", false)).toBe(413);
  expect(await send("customer.create", true)).toBe(413);
});

function services(signedIn: boolean): PortalServices {
  const id = "01900000-0000-7000-8000-000000000001";
  const tenant = { id, name: "T", slug: "t", mode: "trial", suspended: false } as const;
  const current: CurrentActor = {
    actor: { kind: "user", userId: id, tenantId: id, role: "owner" },
    user: { id, name: "U", email: "u@example.com" },
    tenant,
    lacksTwoFactor: false,
    tenants: [tenant],
  };
  const auth = { currentActor: async () => (signedIn ? current : undefined) };
  const licenseBatches = { check: async () => ({ before: null }) };
  const portalMetrics = createPortalMetrics({ clock: new TestClock() });
  return Object.assign(Object.create(null), { auth, licenseBatches, portalMetrics });
}
