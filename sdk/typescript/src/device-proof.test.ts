import { afterAll, beforeAll, expect, test } from "vitest";
import { RealServer } from "../testing/real-server.ts";
import { ACTIVATION, readDocument } from "./state.ts";

let server: RealServer;

beforeAll(async () => {
  server = await RealServer.create();
});
afterAll(() => server.end());

test("a device proves its key wherever its policy asks, and a copied token does nothing elsewhere", async () => {
  const { activation, storage } = await server.device({ deviceProofRequired: true });
  await activation.refresh();
  const token = (await readDocument(storage, ACTIVATION))?.token ?? "";
  const stolen = await fetch(`${server.url}/v1/${server.tenant.slug}/balances`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(await stolen.json()).toMatchObject({ status: 401, code: "device_proof_invalid" });
});

test("a proof is made anew for each attempt, so that a lost answer costs nothing", async () => {
  let calls = 0;
  const { activation } = await server.device(
    { deviceProofRequired: true },
    {
      retriesMax: 2,
      fetch: async (url, init) => {
        const answer = await fetch(url, init);
        const lost = String(url).endsWith("/refresh") && calls++ === 0;
        return lost ? new Response(null, { status: 503 }) : answer;
      },
    },
  );
  await activation.refresh();
  expect(calls).toBe(2);
});
