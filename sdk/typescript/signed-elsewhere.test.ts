import { decodeJwt } from "jose";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Activation } from "./src/index.ts";
import type { KeyUse } from "./src/wire.ts";
import { type Interference, through } from "./testing/network.ts";
import { creditRules, RealServer } from "./testing/real-server.ts";
import { time } from "./testing/timers.ts";

vi.mock("./src/timer.ts", async (original) => ({
  ...(await original<typeof import("./src/timer.ts")>()),
  later: (await import("./testing/timers.ts")).time.later,
}));

const RULES = { ...creditRules(1_000), seats: 2, borrowDaysMax: 7, borrowedSeatsMax: 2 };
let server: RealServer;
beforeAll(async () => {
  server = await RealServer.create();
});
afterAll(() => server.end());

/** The server's own answer, and in it a token that its own key has signed anew with some claims changed. */
function signedAnew(path: RegExp, use: KeyUse, change: object): Interference {
  return async (sent, forward) => {
    const answer = await forward();
    if (!path.test(sent.path)) return answer;
    const body = await answer.json();
    const name = use === "receipt" ? "receipt" : "token";
    const { sign } = await server.authority.trust.signer(server.tenant.tenantId, use, body.trustSeq);
    return Response.json({ ...body, [name]: sign({ ...decodeJwt(body[name]), ...change }) });
  };
}

interface Asked {
  readonly path: RegExp;
  readonly use: KeyUse;
  /** Does all of it, with the answer interfered with from `lie()` to `relent()`. */
  run(activation: Activation, lie: () => void, relent: () => void): Promise<unknown>;
}

const ASKED: Record<string, Asked> = {
  "a ticket": {
    path: /tickets$/,
    use: "ticket",
    run: async (activation, lie) => {
      lie();
      return activation.ticket("credits", 10);
    },
  },
  "the receipt of a ticket": {
    path: /settle$/,
    use: "receipt",
    run: async (activation, lie, relent) => {
      const ticket = await activation.ticket("credits", 10);
      await ticket.spend(3);
      lie();
      await ticket.settle().catch(async (error: unknown) => {
        relent();
        // It was not taken for settled, and still is.
        expect(await ticket.settle()).toMatchObject({ used: 3 });
        throw error;
      });
    },
  },
  "the receipt of usage": {
    path: /usage$/,
    use: "receipt",
    run: async ({ usage }, lie, relent) => {
      await usage.record("credits", 3);
      lie();
      await usage.flush().catch(async (error: unknown) => {
        expect(await usage.pending()).toBe(1);
        relent();
        await usage.flush();
        throw error;
      });
    },
  },
  "a seat": {
    path: /leases$/,
    use: "lease",
    run: async (activation, lie) => {
      lie();
      await (await activation.checkout({ holder: "ada" })).release();
    },
  },
};
const ELSEWHERE = [{ req: "r".repeat(43) }, { license: "lic_other" }, { activation: "act_other" }];

test.each(Object.keys(ASKED))(
  "%s that the server's own key signed for another request, license or device is not believed",
  async (name) => {
    const asked = ASKED[name];
    if (asked === undefined) throw new Error(name);
    const { activation, network } = await server.device(RULES);
    const lying = (change: object) => () => {
      network.interfere = signedAnew(asked.path, asked.use, change);
    };
    const relent = () => {
      network.interfere = through;
    };
    for (const change of ELSEWHERE) {
      const run = asked.run(activation, lying(change), relent);
      await expect(run, JSON.stringify(change)).rejects.toMatchObject({
        ...{ code: "response_invalid", signed: false },
      });
      relent();
    }
    // Nothing else is wrong with what is signed here.
    await asked.run(activation, lying({}), relent);
  },
);

test("a seat that another device has borrowed is not this one's, though its token is put here", async () => {
  const { activation, storage, license } = await server.device(RULES);
  const other = await server.deviceOf(license.licenseKey);
  const borrowed = await other.activation.checkout({ holder: "bob", borrowForSeconds: 86_400 });
  for (const name of (await other.storage.list()).filter((each) => each.startsWith("seat-")))
    await storage.set(name, (await other.storage.get(name)) ?? "");
  expect(await activation.seats()).toEqual([]);
  expect((await other.activation.seats()).map(({ id }) => id)).toEqual([borrowed.id]);
});

test("a ticket that somebody refused without a signature stays on disk, and is settled once", async () => {
  const { activation, network, storage, license, restarted } = await server.device(RULES);
  const onDisk = async () => (await storage.list()).filter((name) => name.startsWith("ticket-")).length;
  const refused = (code: string) => async () => Response.json({ code }, { status: 409 });
  const ticket = await activation.ticket("credits", 10);
  await ticket.spend(4);
  for (const code of ["ticket_settled", "ticket_voided", "ticket_not_found", "license_revoked"]) {
    network.interfere = refused(code);
    await expect(ticket.settle()).rejects.toMatchObject({ code, signed: false });
    expect(await onDisk(), code).toBe(1);
  }
  await expect(activation.ticket("credits", 20, { id: "job" })).rejects.toMatchObject({ signed: false });
  expect(await onDisk()).toBe(2);
  network.interfere = through;
  await ticket.settle();
  const again = await (await restarted().current()).ticket("credits", 20, { id: "job" });
  await again.void();
  expect([await onDisk(), await server.account(license.id)]).toMatchObject([0, { spent: 4, reserved: 0 }]);
  time.begin(time.now());
});
