import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fileStorage, Signet } from "./src/node.ts";
import { creditRules, RealServer } from "./testing/real-server.ts";

const APP = join(import.meta.dirname, "testing", "usage-app.ts");
const LINES_BEFORE_DEATH = [1, 3, 8, 15];

let server: RealServer;
let directory: string;
beforeAll(async () => {
  server = await RealServer.create(new Date());
  directory = await mkdtemp(join(tmpdir(), "signet-killed-"));
});
afterAll(async () => {
  await server.end();
  await rm(directory, { recursive: true, force: true });
});

/** Runs the application until it has said so many numbers, and kills it wherever it then is. @returns the last number it said. */
async function killedAfter(lines: number, first: number, args: readonly string[]): Promise<number> {
  const app = spawn(process.execPath, [APP, ...args, `${first}`], { stdio: ["pipe", "pipe", "inherit"] });
  const gone = once(app, "exit");
  let last = first - 1;
  // To the end of what it said, also after it was killed.
  for await (const line of createInterface({ input: app.stdout })) {
    last = Number(line);
    if (last === first + lines - 1) app.kill("SIGKILL");
  }
  expect(await gone).toEqual([null, "SIGKILL"]);
  return last;
}

test("a program killed in the middle of its sends has charged each thing used once, and settles its tickets", async () => {
  const { license, restarted } = await server.device(creditRules(10_000), {
    storage: fileStorage(directory),
    fingerprint: async () => ({ machine: "m" }),
  });
  const { tenant, rootKey } = server;
  const args = [server.url, tenant.slug, rootKey, tenant.product, directory, "m"];
  let next = 0;
  let spentOfTickets = 0;
  for (const lines of LINES_BEFORE_DEATH) {
    const last = await killedAfter(lines, next, args);
    // It may have recorded one more, and not lived to say so: the next run records that again.
    spentOfTickets += last - next + 1;
    next = last + 1;
  }
  expect(next).toBeGreaterThanOrEqual(27);

  const { usage } = await restarted({ clock: { now: () => Date.now() } }).current();
  const again = Array.from({ length: next + 1 }, (_, number) =>
    usage.record("credits", 1, { id: `job ${number}`, at: new Date(0) }),
  );
  await Promise.all(again);
  await usage.flush();
  expect([await usage.pending(), await usage.denied()]).toEqual([0, []]);
  expect(await server.account(license.id)).toMatchObject({ spent: next + 1, reserved: 800 });

  // Two minutes on nobody can be at those tickets any more.
  const later = { now: () => Date.now() + 121_000 };
  server.authority.clock.advance(121_000);
  const clock = { clock: later };
  await new Signet({
    ...{
      server: server.url,
      tenant: tenant.slug,
      rootKey,
      product: tenant.product,
      storage: fileStorage(directory),
    },
    ...clock,
    fingerprint: async () => ({ machine: "m" }),
  }).current();
  const settled = async () => (await server.account(license.id))?.reserved === 0;
  for (let tries = 0; tries < 200 && !(await settled()); tries++)
    await new Promise((resolve) => setTimeout(resolve, 25));
  const charged = ((await server.account(license.id))?.spent ?? 0) - (next + 1);
  expect(await settled()).toBe(true);
  // Each death may come between a spend and the word of it.
  expect(charged).toBeGreaterThanOrEqual(spentOfTickets);
  expect(charged).toBeLessThanOrEqual(spentOfTickets + LINES_BEFORE_DEATH.length);
});

test("two programs of one machine that record at once, and are killed, have charged each thing used once", async () => {
  const shared = join(directory, "shared");
  const { license, restarted } = await server.device(creditRules(100_000), {
    storage: fileStorage(shared),
    fingerprint: async () => ({ machine: "m" }),
  });
  const { tenant, rootKey } = server;
  const args = [server.url, tenant.slug, rootKey, tenant.product, shared, "m"];
  const firsts = [10_000, 20_000];
  const lasts = await Promise.all(firsts.map((first) => killedAfter(20, first, args)));
  // Each may have recorded one more than it lived to say.
  const jobs = firsts.flatMap((first, index) =>
    Array.from({ length: (lasts[index] ?? 0) - first + 2 }, (_, job) => first + job),
  );
  expect(jobs.length).toBeGreaterThanOrEqual(42);
  const clock = { clock: { now: () => server.authority.clock.now().getTime() } };
  const [one, other] = await Promise.all([0, 1].map(async () => (await restarted(clock).current()).usage));
  if (one === undefined || other === undefined) throw new Error("They did not start.");
  await Promise.all(
    jobs.map((job, index) =>
      (index % 2 ? one : other).record("credits", 1, { id: `job ${job}`, at: new Date(0) }),
    ),
  );
  await Promise.all([one.flush(), other.flush()]);
  expect([await one.pending(), await one.denied()]).toEqual([0, []]);
  // The tickets they held are still reserved, for nobody is sure yet that they are dead.
  expect(await server.account(license.id)).toMatchObject({ spent: jobs.length, reserved: 400 });
});
