import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PolicyRules } from "../../server/domain/policy.ts";
import type { StateStorage, TicketWanted } from "./src/index.ts";
import { fileStorage, isSignetError } from "./src/node.ts";
import { readArmour, writeArmour } from "./src/offline-armour.ts";
import { AirGap, copyOf, DAY_MS } from "./testing/air-gap.ts";
import { creditRules, RealServer } from "./testing/real-server.ts";

let server: RealServer;
let gap: AirGap;
let directory: string;
beforeAll(async () => {
  server = await RealServer.create();
  gap = new AirGap(server);
  directory = await mkdtemp(join(tmpdir(), "signet-journal-"));
});
afterAll(async () => {
  await server.end();
  await rm(directory, { recursive: true, force: true });
});

async function refusal(work: Promise<unknown>) {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!isSignetError(error)) throw new Error("It was not refused.", { cause: error });
  return error;
}

interface Wish {
  readonly tickets?: readonly TicketWanted[];
  readonly rules?: Partial<PolicyRules>;
  readonly storage?: StateStorage;
}

/** A machine that took a ticket of 40 credits along, of the license's hundred. */
async function activated({ tickets = [{ meter: "credits", amount: 40 }], rules = {}, storage }: Wish = {}) {
  const license = await gap.license({ ...creditRules(100), ...rules });
  const machine = gap.machine(storage === undefined ? {} : { storage });
  const request = await machine.signet.offline.requestFile(license.licenseKey, { tickets });
  const activation = await machine.signet.offline.importResponse(await gap.answer(request));
  const account = () => server.account(license.id);
  return { ...machine, license, activation, account };
}

async function upload(files: readonly string[]) {
  const answers: Record<string, unknown>[] = [];
  for (const journal of files) answers.push(await gap.carry("journals", { journal }));
  return answers;
}

describe("a usage journal", () => {
  test("spends what was taken along, goes on after a restart, and is charged once, however often it comes", async () => {
    const { activation, restarted, account } = await activated();
    const ticket = await activation.offline.ticket("credits");
    await ticket.spend(5);
    await ticket.spend(7);
    expect([ticket.amount, ticket.remaining]).toEqual([40, 28]);
    const again = await (await restarted().signet.current()).offline.ticket("credits");
    expect(again.remaining).toBe(28);
    await again.spend(8);
    await again.settle();
    await again.settle();
    expect((await refusal(ticket.spend(1))).code).toBe("ticket_settled");
    expect(
      await restarted()
        .signet.current()
        .then((each) => each.offline.tickets()),
    ).toEqual([]);
    expect(await account()).toMatchObject({ reserved: 40, spent: 0 });

    const files = await activation.offline.journalFiles();
    expect((await upload([...files, ...files])).map(({ status }) => status)).toEqual([201, 200]);
    expect(await account()).toMatchObject({ reserved: 0, spent: 20 });
  });

  test("goes on after an upload, with the server's receipt or without, and then only what is new takes effect", async () => {
    const { activation, restarted, storage, account } = await activated();
    const ticket = await activation.offline.ticket("credits");
    for (let n = 0; n < 5; n++) await ticket.spend(1);
    const [first] = await upload(await activation.offline.journalFiles());
    await ticket.spend(2);
    const whole = await activation.offline.journalFiles();
    expect(first).toMatchObject({ journal: { last: 5 } });
    expect(await upload(whole)).toMatchObject([{ status: 201, journal: { last: 6 } }]);

    const receipt = String((await upload(whole))[0]?.receipt);
    const kept = async () => (await storage.list()).filter((name) => name.startsWith("journal-")).length;
    expect(await kept()).toBe(6);
    await activation.offline.importReceipt(receipt);
    expect([await kept(), await activation.offline.journalFiles()]).toEqual([1, []]);
    const later = await restarted().signet.current();
    const rest = await later.offline.ticket("credits");
    expect(rest.remaining).toBe(33);
    await rest.spend(33);
    expect((await refusal(rest.spend(1))).code).toBe("ticket_amount_exceeded");
    expect((await refusal(later.offline.ticket("credits"))).code).toBe("insufficient_credits");
    await rest.settle();
    expect(await upload(await later.offline.journalFiles())).toMatchObject([
      { status: 201, journal: { last: 8 } },
    ]);
    expect(await account()).toMatchObject({ reserved: 0, spent: 40 });
    const other = await activated();
    expect((await refusal(other.activation.offline.importReceipt(receipt))).code).toBe("response_invalid");
    for (let place = 0; place < receipt.length; place += 9) {
      const changed =
        receipt.slice(0, place) + (receipt.charAt(place) === "A" ? "B" : "A") + receipt.slice(place + 1);
      expect((await refusal(activation.offline.importReceipt(changed))).code).toBe("token_invalid");
    }
  });

  test("is split where it is too long for one file, and read again whole", { timeout: 60_000 }, async () => {
    const { activation, account, restarted } = await activated({
      tickets: [{ meter: "credits", amount: 1_100 }],
      rules: creditRules(2_000),
    });
    const ticket = await activation.offline.ticket("credits");
    await Promise.all(Array.from({ length: 1_100 }, () => ticket.spend(1)));
    const files = await (await restarted().signet.current()).offline.journalFiles();
    expect(files.length).toBe(2);
    expect(await upload(files)).toMatchObject([{ journal: { last: 1_000 } }, { journal: { last: 1_100 } }]);
    await ticket.settle();
    await upload(await activation.offline.journalFiles());
    expect(await account()).toMatchObject({ spent: 1_100, reserved: 0 });
  });

  test("is shared by processes that spend at the same time: each entry is one, and none is lost", async () => {
    const storage = fileStorage(join(directory, "shared"));
    const { activation, restarted, account } = await activated({ storage });
    const processes = await Promise.all([
      activation,
      restarted().signet.current(),
      restarted().signet.current(),
    ]);
    const tickets = await Promise.all(processes.map((each) => each.offline.ticket("credits")));
    const attempts = await Promise.allSettled(Array.from({ length: 45 }, (_, n) => tickets[n % 3]?.spend(1)));
    expect(attempts.filter(({ status }) => status === "fulfilled").length).toBe(40);
    await tickets[0]?.settle();
    expect(await upload(await activation.offline.journalFiles())).toMatchObject([{ journal: { last: 41 } }]);
    expect(await account()).toMatchObject({ spent: 40, reserved: 0 });
    const files = await readdir(join(directory, "shared"));
    expect(files.filter((name) => name.startsWith("."))).toEqual([]);
    for (const name of files) expect((await stat(join(directory, "shared", name))).mode & 0o777).toBe(0o600);
  });

  test("is looked at while an entry is written, and counts it once", async () => {
    const storage = fileStorage(join(directory, "watched"));
    const { activation, restarted, account } = await activated({ storage });
    const ticket = await activation.offline.ticket("credits");
    const other = await (await restarted().signet.current()).offline.ticket("credits");
    for (let turn = 0; turn < 6; turn++) {
      await other.spend(1);
      await Promise.all([
        ...[ticket.spend(1), activation.offline.tickets(), activation.offline.journalFiles()],
        ...[activation.offline.tickets(), ticket.spend(1), activation.offline.tickets()],
      ]);
      expect(ticket.remaining).toBe(40 - 3 * (turn + 1));
    }
    const later = await restarted().signet.current();
    const again = await later.offline.ticket("credits");
    expect(again.remaining).toBe(22);
    await again.settle();
    expect(await upload(await later.offline.journalFiles())).toMatchObject([{ journal: { last: 19 } }]);
    expect(await account()).toMatchObject({ spent: 18, reserved: 0 });
  });

  test("goes on in a process that did not see another one write, and let go of what was uploaded", async () => {
    const { activation, restarted, account } = await activated();
    const here = await activation.offline.ticket("credits");
    await here.spend(1);
    const other = await restarted().signet.current();
    const there = await other.offline.ticket("credits");
    for (const amount of [2, 3, 4]) await there.spend(amount);
    const [answer] = await upload(await other.offline.journalFiles());
    await other.offline.importReceipt(String(answer?.receipt));
    await here.spend(5);
    expect([here.remaining, (await restarted().signet.current()).status]).toEqual([25, "active"]);
    await there.settle();
    expect(await upload(await activation.offline.journalFiles())).toMatchObject([{ journal: { last: 6 } }]);
    expect(await account()).toMatchObject({ spent: 15, reserved: 0 });
  });

  test("asks the disk for no more with a hundred entries than with one, and stops at one that it cannot read", async () => {
    const { storage, restarted } = await activated({
      tickets: [{ meter: "credits", amount: 100 }],
    });
    let asked = 0;
    const counting: StateStorage = {
      get: (name) => storage.get(name).finally(() => asked++),
      set: (name, text) => storage.set(name, text).finally(() => asked++),
      add: async (name, text) => Boolean(await storage.add?.(name, text).finally(() => asked++)),
      delete: (name) => storage.delete(name).finally(() => asked++),
      list: () => storage.list().finally(() => asked++),
    };
    const activation = await restarted({ storage: counting }).signet.current();
    const ticket = await activation.offline.ticket("credits");
    const cost = async () => {
      const before = asked;
      await ticket.spend(1);
      return asked - before;
    };
    await cost();
    const first = await cost();
    for (let spent = 0; spent < 90; spent++) await ticket.spend(1);
    expect(await cost()).toBe(first);
    const newest =
      (await storage.list())
        .filter((name) => name.startsWith("journal-"))
        .sort()
        .at(-1) ?? "";
    await storage.set(newest.replace(/\d+$/, "00000094"), "torn");
    expect(await refusal(ticket.spend(1))).toMatchObject({
      code: "journal_damaged",
      detail: "Entry 94 cannot be read.",
    });
  });

  test("has spent nothing when the disk refuses it, and everything once it resolves", async () => {
    const { activation, storage, restarted } = await activated();
    const full: StateStorage = { ...storage, add: () => Promise.reject(new Error("ENOSPC")) };
    const ticket = await (await restarted({ storage: full }).signet.current()).offline.ticket("credits");
    expect((await refusal(ticket.spend(5))).code).toBe("storage_failed");
    expect((await activation.offline.ticket("credits")).remaining).toBe(40);
    // The entry is on disk, and the program dies before it hears of it.
    const dying: StateStorage = {
      ...storage,
      add: async (name, text) => {
        await storage.add?.(name, text);
        throw new Error("killed");
      },
    };
    const doomed = await (await restarted({ storage: dying }).signet.current()).offline.ticket("credits");
    await refusal(doomed.spend(5));
    expect((await (await restarted().signet.current()).offline.ticket("credits")).remaining).toBe(35);
  });

  test("refuses to go on when it was changed on disk, in any of its entries", async () => {
    const { activation, storage, restarted } = await activated();
    const ticket = await activation.offline.ticket("credits");
    for (const amount of [3, 4, 5]) await ticket.spend(amount);
    const names = (await storage.list()).filter((name) => name.startsWith("journal-")).sort();
    const [one = "", two = "", three = ""] = names;
    const text = (name: string) => storage.get(name).then((found) => found ?? "");
    const [first, second, third] = [await text(one), await text(two), await text(three)];
    const edits: [string, (copy: StateStorage) => Promise<void>][] = [
      ["cheaper", (copy) => copy.set(two, second.replace('"amount":4', '"amount":1'))],
      ["cheaper at the end", (copy) => copy.set(three, third.replace('"amount":5', '"amount":1'))],
      ["earlier", (copy) => copy.set(one, first.replace(/"at":\d+/, '"at":5'))],
      ["left out", (copy) => copy.delete(two)],
      ["swapped", (copy) => copy.set(one, second).then(() => copy.set(two, first))],
      ["damaged", (copy) => copy.set(two, second.slice(0, 40))],
      [
        "another signature",
        (copy) =>
          copy.set(
            three,
            third.replace(/(?<="signature":")./, (at) => (at === "A" ? "B" : "A")),
          ),
      ],
    ];
    for (const [what, edit] of edits) {
      const copy = await copyOf(storage);
      await edit(copy);
      const current = await restarted({ storage: copy }).signet.current();
      expect([what, (await refusal(current.offline.ticket("credits"))).code]).toEqual([
        what,
        "journal_damaged",
      ]);
      expect((await refusal(current.offline.journalFiles())).code).toBe("journal_damaged");
    }
  });

  test("that was edited on its way, or spent twice from a copy, is refused by the server, each with its reason", async () => {
    const { activation, storage, restarted, account } = await activated();
    const ticket = await activation.offline.ticket("credits");
    await ticket.spend(3);
    const copied = restarted({ storage: await copyOf(storage) });
    await ticket.spend(4);
    const [file = ""] = await activation.offline.journalFiles();
    const armour = readArmour("journal", file);
    const [header, payload = "", signature] = (armour.ok ? armour.jws : "").split(".");
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
    claims.entries[1].amount = 1;
    const edited = `${header}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.${signature}`;
    expect(await upload([writeArmour("journal", edited)])).toMatchObject([
      { code: "offline_request_invalid", detail: expect.stringContaining("changed after it was signed") },
    ]);
    expect(await upload([file])).toMatchObject([{ status: 201 }]);
    const twin = await copied.signet.current();
    await (await twin.offline.ticket("credits")).spend(37);
    expect(await upload(await twin.offline.journalFiles())).toMatchObject([
      {
        code: "offline_request_invalid",
        detail: expect.stringContaining("says something else than it did before"),
      },
    ]);
    await ticket.settle();
    await upload(await activation.offline.journalFiles());
    expect(await account()).toMatchObject({ spent: 7, reserved: 0 });
  });

  test("takes nothing after the ticket's time, with a stale snapshot, with the clock turned back, or what makes no sense", async () => {
    const { activation, time, restarted } = await activated({
      rules: { trustMaxAgeDays: 30, offlineDaysMax: 60 },
    });
    const ticket = await activation.offline.ticket("credits");
    for (const amount of [0, -1, 1.5, Number.NaN])
      expect((await refusal(ticket.spend(amount))).code).toBe("invalid_request");
    expect((await refusal(ticket.spend(41))).code).toBe("ticket_amount_exceeded");
    time.pass(20 * DAY_MS);
    await ticket.spend(1);
    time.sleep(-2 * DAY_MS);
    expect((await refusal(ticket.spend(1))).code).toBe("clock_turned_back");
    expect((await refusal(restarted().signet.current())).code).toBe("clock_turned_back");
    time.sleep(13 * DAY_MS);
    expect((await refusal(ticket.spend(1))).code).toBe("trust_snapshot_stale");
    time.sleep(30 * DAY_MS);
    expect((await refusal(ticket.spend(1))).code).toBe("ticket_expired");
    expect(ticket.remaining).toBe(39);
  });
});

describe("giving an activation up without a network", () => {
  test("takes every use along that was granted, also while the files are made, and grants none after", async () => {
    const { activation, storage, restarted } = await activated();
    let meanwhile = async (): Promise<void> => undefined;
    const slow: StateStorage = {
      ...storage,
      set: async (name, text) => {
        if (name === "offline-farewell") await meanwhile();
        await storage.set(name, text);
      },
    };
    const leaving = await restarted({ storage: slow }).signet.current();
    const here = await leaving.offline.ticket("credits");
    const there = await activation.offline.ticket("credits");
    await here.spend(3);
    let late: Promise<unknown> = Promise.resolve();
    meanwhile = async () => {
      meanwhile = async () => undefined;
      late = here.spend(4).catch((error: unknown) => error);
      await there.spend(5);
    };
    const files = await leaving.offline.deactivate();
    expect(await late).toMatchObject({ code: "activation_not_found" });
    expect((await refusal(there.spend(1))).code).toBe("activation_not_found");
    const [journal = "", receipt = ""] = files;
    expect(await upload([journal])).toMatchObject([{ status: 201, tickets: [{ journaled: 8 }] }]);
    expect(await gap.carry("deactivations", { receipt })).toMatchObject({ status: 200 });
  });

  test("frees the slot once its files have come to the server, and settles what was used", async () => {
    const { activation, signet, restarted, license, account } = await activated();
    const ticket = await activation.offline.ticket("credits");
    await ticket.spend(9);
    const files = await activation.offline.deactivate();
    expect(await signet.offline.farewell()).toEqual(files);
    expect([activation.status, (await refusal(ticket.spend(1))).code]).toEqual([
      "refused",
      "activation_not_found",
    ]);
    expect((await refusal(restarted().signet.current())).code).toBe("not_activated");

    const next = gap.machine();
    const request = await next.signet.offline.requestFile(license.licenseKey);
    expect(await gap.carry("activations", { request })).toMatchObject({ code: "activation_limit_reached" });
    const [journal = "", receipt = ""] = files;
    expect(await upload([journal])).toMatchObject([{ status: 201, tickets: [{ journaled: 9 }] }]);
    for (let time = 0; time < 2; time++)
      expect(await gap.carry("deactivations", { receipt })).toMatchObject({ status: 200 });
    expect((await next.signet.offline.importResponse(await gap.answer(request))).status).toBe("active");
    expect(await account()).toMatchObject({ reserved: 40 });
  });
});
