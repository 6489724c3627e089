import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import type { SessionClaims } from "../auth/actor.ts";
import { SignetError } from "../domain/errors.ts";
import type { TestDatabase } from "../testing/cluster.ts";
import { createTestDatabase } from "../testing/database.ts";
import { createPeople, createTeam, PASSWORD, type People } from "../testing/people.ts";
import { createPortalContext } from "./context.ts";
import { authorised, open, router } from "./init.ts";

let database: TestDatabase;
let people: People;

beforeAll(async () => {
  database = await createTestDatabase();
  people = createPeople(database.appUrl);
});
afterAll(async () => {
  await people.close();
  await database.drop();
});

const probe = router({
  read: authorised("license:read").query(({ ctx }) => ctx.actor.role),
  revoke: authorised("license:revoke").query(({ ctx }) => ctx.actor.role),
  field: open
    .input(z.strictObject({ lines: z.array(z.strictObject({ code: z.string("Enter a code.") })) }))
    .query(() => "fine"),
  refuse: open.query(() => {
    throw new SignetError("rate_limited", "Slowly.", { retryAfterSeconds: 7 });
  }),
  break: open.query(() => {
    throw new Error("password=hunter2 at line 12");
  }),
  away: open.query(() => {
    throw new Error("query failed", { cause: Object.assign(new Error("in recovery"), { code: "57P03" }) });
  }),
});

async function call(path: string, session?: SessionClaims, input?: unknown) {
  const query = input === undefined ? "" : `?input=${encodeURIComponent(JSON.stringify({ json: input }))}`;
  const response = await fetchRequestHandler({
    endpoint: "/t",
    req: new Request(`http://signet.test/t/${path}${query}`),
    router: probe,
    createContext: () =>
      createPortalContext({ services: people, session, correlationId: "cor_test", ip: "192.0.2.1" }),
  });
  return { status: response.status, body: await response.json() };
}

async function signedIn(role: "support" | "owner" | "auditor") {
  const { joined, tenantId } = await createTeam(people, role);
  const person = joined[0];
  if (person === undefined) throw new Error("one was asked for");
  const session = await people.auth.signIn({ email: person.email, password: PASSWORD, ip: "192.0.2.1" });
  return { session, tenantId, userId: person.userId };
}

const refusal = (code: string) => ({ error: { json: { data: { code } } } });

describe("an authorised procedure", () => {
  test("answers whoever has the permission", async () => {
    const { session } = await signedIn("support");
    expect(await call("read", session)).toMatchObject({
      status: 200,
      body: { result: { data: { json: "support" } } },
    });
  });

  test("refuses a role without it, naming whom to ask", async () => {
    const { session } = await signedIn("support");
    const { status, body } = await call("revoke", session);
    expect(status).toBe(403);
    expect(body).toMatchObject(refusal("forbidden"));
    expect(body.error.json.message).toContain("owner or admin");
  });

  test("refuses whoever is not signed in", async () => {
    expect(await call("read")).toMatchObject({ status: 401, body: refusal("unauthorized") });
  });

  test("refuses the next request after the membership is removed", async () => {
    const { session, tenantId, userId } = await signedIn("auditor");
    expect((await call("read", session)).status).toBe(200);
    await people.database.prisma.membership.delete({ where: { tenantId_userId: { tenantId, userId } } });
    expect(await call("read", session)).toMatchObject({ status: 401, body: refusal("unauthorized") });
  });

  test("obeys a change of role at the next request", async () => {
    const { session, tenantId, userId } = await signedIn("owner");
    expect((await call("revoke", session)).status).toBe(200);
    await people.database.prisma.membership.update({
      where: { tenantId_userId: { tenantId, userId } },
      data: { role: "auditor" },
    });
    expect((await call("revoke", session)).status).toBe(403);
  });

  test("refuses everybody of a suspended tenant", async () => {
    const { session, tenantId } = await signedIn("owner");
    await people.database.prisma.tenant.update({
      where: { id: tenantId },
      data: { suspendedAt: new Date(0) },
    });
    expect(await call("read", session)).toMatchObject({ status: 403, body: refusal("tenant_suspended") });
  });
});

describe("a failure", () => {
  test("of a refusal carries its code, status, wait and correlation id", async () => {
    const { status, body } = await call("refuse");
    expect(status).toBe(429);
    expect(body.error.json).toMatchObject({
      message: "Slowly.",
      data: { code: "rate_limited", retryAfterSeconds: 7, correlationId: "cor_test", errors: [] },
    });
  });

  test("of input names each field by its pointer, unknown ones too", async () => {
    const { status, body } = await call("field", undefined, { lines: [{ code: 1, "a/b": 2 }], more: 3 });
    expect(status).toBe(400);
    expect(body.error.json.data.errors).toEqual([
      { pointer: "/lines/0/code", message: "Enter a code." },
      { pointer: "/lines/0/a~1b", message: "This field is not known." },
      { pointer: "/more", message: "This field is not known." },
    ]);
  });

  test("to reach the database says that it passes", async () => {
    const { status, body } = await call("away");
    expect(status).toBe(503);
    expect(body).toMatchObject(refusal("overloaded"));
    expect(body.error.json.message).toBe("The database cannot be reached; try again in a moment.");
  });

  test("that nobody foresaw says nothing of its cause", async () => {
    const { status, body } = await call("break");
    expect(status).toBe(500);
    expect(body).toMatchObject(refusal("internal_error"));
    expect(JSON.stringify(body)).not.toContain("hunter2");
  });

  test("of an unknown procedure is not found", async () => {
    expect(await call("nothing")).toMatchObject({ status: 404, body: refusal("not_found") });
  });
});
