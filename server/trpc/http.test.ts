import superjson from "superjson";
import { expect, test } from "vitest";
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
