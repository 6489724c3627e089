import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { z } from "zod";
import { formatLicenseKey, LICENSE_KEY_DATA_LENGTH } from "#sdk/license-key.ts";
import type { SessionClaims } from "../auth/actor.ts";
import { HOSTS, type Host } from "../license-server/testing/hosts.ts";
import { newUuid } from "../platform/ids.ts";
import type { TestDatabase } from "../testing/cluster.ts";
import { createTestDatabase } from "../testing/database.ts";
import { createRuntime } from "../testing/fixtures.ts";
import { createPeople, createTeam, PASSWORD, type People } from "../testing/people.ts";
import { TestClock } from "../testing/test-clock.ts";
import { type StepResult, stepResults } from "./runner.ts";
import { CLIENT_SCRIPT, createLab, type Lab } from "./service.ts";

let database: TestDatabase;
let people: People;
let licenseServer: Host;
let lab: Lab;

beforeAll(async () => {
  database = await createTestDatabase();
  // The clients are processes of their own, with the machine's clock; the server's stands still near it.
  people = createPeople(
    database.appUrl,
    undefined,
    createRuntime(database.appUrl, new TestClock(new Date())),
  );
  licenseServer = await HOSTS.Fastify(people);
  lab = createLab({ ...people, channel: people.labChannel, server: `http://${licenseServer.authority}` });
});
afterAll(async () => {
  await lab.close();
  await people.lab.close();
  await licenseServer.stop();
  await people.close();
  await database.drop();
});

async function createWatcher() {
  const { tenantId, owner, join } = await createTeam(people);
  const { email } = await join("support");
  return {
    tenantId,
    owner,
    session: await people.auth.signIn({ email, password: PASSWORD, ip: "192.0.2.1" }),
  };
}

/** What a browser would see of a run. */
async function watch(session: SessionClaims | undefined, name: string, by = lab) {
  const response = await by.answer(session, name, new AbortController().signal);
  expect(response.status, await (response.ok ? "" : response.clone().text())).toBe(200);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const results: StepResult[] = [];
  let end: unknown;
  let text = "";
  return {
    results,
    /** Reads on until a step is like this, or all is over; says how it ended. */
    async until(isIt: (step: StepResult) => boolean = () => false): Promise<unknown> {
      for (;;) {
        const next = await reader?.read();
        if (next === undefined || next.done) return end;
        text += next.value;
        const events = text.split("\n\n");
        text = events.pop() ?? "";
        for (const event of events) {
          const [, kind, data = "null"] = /^event: (\w+)\ndata: (.*)$/.exec(event) ?? [];
          if (kind === "end") end = JSON.parse(data);
          if (kind === "step") results.push(...stepResults.parse([JSON.parse(data)]));
        }
        if (results.some(isIt)) return undefined;
      }
    },
    leave: () => reader?.cancel(),
  };
}

/** Starting a dozen processes takes a while on a busy machine. */
vi.setConfig({ testTimeout: 120_000 });
const WAIT = { timeout: 30_000, interval: 50 };

const outcomes = (results: readonly StepResult[]) =>
  results
    .filter(({ status }) => status !== "running")
    .map(({ status, refusal, why }) => why ?? refusal?.code ?? status);

/** Processes of ours that run the clients' program. */
function clientProcesses(): number {
  const list = execFileSync("ps", ["-o", "args=", "--ppid", String(process.pid)], { encoding: "utf8" });
  return list.split("\n").filter((line) => line.includes("lab/clients/client.ts")).length;
}

const licensesOf = (tenantId: string) =>
  people.database.withTenant(tenantId, (tx) => tx.license.findMany({ orderBy: { issuedAt: "asc" } }));

test("real clients activate, verify offline and are refused a forgery, each decision explained and traced; then all is cleared up", async () => {
  const { owner, tenantId, session } = await createWatcher();
  const view = await watch(session, "online");
  expect(await view.until()).toEqual({ outcome: "passed" });
  expect(outcomes(view.results)).toEqual(["passed", "passed", "token_invalid"]);
  const [activated] = view.results.filter(({ status }) => status === "passed");
  expect(activated).toMatchObject({
    exchanges: expect.arrayContaining([expect.objectContaining({ method: "POST", status: 201 })]),
    decisions: [
      { operation: "activate", outcome: "granted", explanation: "Granted: the device was activated." },
    ],
  });
  const [decision] = activated?.decisions ?? [];
  const story = await people.stories.read(
    owner,
    { of: "request", correlationId: decision?.correlationId ?? "" },
    { changesOf: "everything" },
  );
  expect(story.steps).toHaveLength(1);

  await vi.waitUntil(() => clientProcesses() === 0, WAIT);
  const [latest] = await lab.list(owner);
  expect(latest?.latest).toMatchObject({ outcome: "passed", isRunning: false });
  expect(latest?.latest?.steps).toHaveLength(3);
  expect(await licensesOf(tenantId)).toMatchObject([{ suspendedAt: expect.any(Date) }]);
  expect(await people.products.list(owner)).toEqual([]);
  expect(await people.policies.list(owner)).toEqual([]);
  expect((await people.licenses.list(owner, { limit: 10 })).items).toEqual([]);
});

test("sending an event twice charges once, and a file is answered, imported and refused to whoever replays it", async () => {
  const { session } = await createWatcher();
  const [usage, offline] = await Promise.all([watch(session, "usage"), watch(session, "air_gapped")]);
  expect(await usage.until()).toEqual({ outcome: "passed" });
  expect(await offline.until()).toEqual({ outcome: "passed" });
  expect(outcomes(usage.results)).toEqual([...Array(4).fill("passed"), "insufficient_credits"]);
  const again = usage.results.find(({ index, status }) => index === 3 && status === "passed");
  expect(again?.decisions).toMatchObject([
    { explanation: expect.stringMatching("0 of 1 usage events were charged, 1 had been before") },
  ]);
  expect(outcomes(offline.results).slice(0, 4)).toEqual([
    ...Array(3).fill("passed"),
    "file_already_imported",
  ]);
  const imported = offline.results.find(({ index, status }) => index === 2 && status === "passed");
  expect(imported?.exchanges).toEqual([]);
});

test("a second page follows what the first runs, also at another portal process, and the run ends when the last is left or anybody stops it", async () => {
  const { owner, session, tenantId } = await createWatcher();
  const elsewhere = createLab({ ...people, channel: people.labChannel, server: "http://127.0.0.1:9" });
  const none = await elsewhere.follow(session, "seats", new AbortController().signal);
  expect(none.status).toBe(204);
  const first = await watch(session, "seats");
  // Nobody advances the server's clock, so that the seat of the killed client never comes back.
  await first.until(({ index, status }) => index === 4 && status === "running");
  const second = await watch(session, "seats", elsewhere);
  await second.until(({ index, status }) => index === 4 && status === "running");
  const seen = ["passed", "passed", "no_seats_available", "passed"];
  expect([outcomes(first.results), outcomes(second.results)]).toEqual([seen, seen]);
  await first.leave();
  // The run goes on for the other page: what it is told next is that this one is there too.
  const third = await watch(session, "seats");
  await third.until(({ index }) => index === 4);
  expect(clientProcesses()).toBeGreaterThan(0);
  await third.leave();
  await second.leave();
  await vi.waitUntil(() => clientProcesses() === 0, WAIT);
  const latest = async () => (await lab.list(owner)).find(({ name }) => name === "seats")?.latest;
  await vi.waitUntil(async () => (await latest())?.isRunning === false, WAIT);

  const again = await watch(session, "seats");
  const follower = await watch(session, "seats", elsewhere);
  await again.until(({ index }) => index === 1);
  expect((await elsewhere.stop(session, "seats")).status).toBe(204);
  const ends = await Promise.all([again.until(), follower.until()]);
  expect(ends).toEqual([{ outcome: "stopped" }, { outcome: "stopped" }]);
  expect((await latest())?.outcome).toBe("stopped");
  const licenses = await licensesOf(tenantId);
  expect(licenses.map(({ suspendedAt }) => suspendedAt !== null)).toEqual([true, true]);
  await elsewhere.close();
});

test("of many vendors who run scenarios at once no more than the server plays do, and a place is free again when one ends", async () => {
  const small = createLab({
    ...people,
    channel: people.labChannel,
    server: `http://${licenseServer.authority}`,
    runsMax: 2,
  });
  const watchers = await Promise.all(Array.from({ length: 4 }, createWatcher));
  const ask = async (session: SessionClaims | undefined, name: string) =>
    small.answer(session, name, new AbortController().signal);
  const answers = await Promise.all(watchers.map(({ session }) => ask(session, "online")));
  const statuses = answers.map(({ status }) => status).toSorted();
  const refused = await answers.find(({ status }) => status === 503)?.json();
  await Promise.all(answers.map(({ ok, body }) => (ok ? body?.cancel() : undefined)));
  expect(statuses).toEqual([200, 200, 503, 503]);
  expect(refused).toEqual({ code: "overloaded", message: expect.stringMatching(/try again in a minute/) });
  const session = watchers[0]?.session;
  await vi.waitUntil(async () => (await ask(session, "usage")).status === 200, WAIT);
  // Whoever follows takes no place.
  for (const _ of [1, 2]) expect((await ask(session, "usage")).status).toBe(200);
  await vi.waitUntil(async () => (await ask(session, "air_gapped")).status === 200, WAIT);
  await small.close();
});

test("a run whose portal died is ended by the next one, and its license with it; one that takes too long is stopped", async () => {
  const { owner, session, tenantId } = await createWatcher();
  const setting = await watch(session, "seats");
  await setting.until(({ index }) => index === 0);
  await setting.leave();
  await vi.waitUntil(async () => (await licensesOf(tenantId))[0]?.suspendedAt != null, WAIT);
  const [license] = await licensesOf(tenantId);
  const at = people.clock.now();
  await people.database.withTenant(tenantId, async (tx) => {
    await tx.license.updateMany({ data: { suspendedAt: null } });
    await tx.labRun.create({
      data: {
        tenantId,
        id: newUuid(),
        scenario: "seats",
        licenseId: license?.id ?? "",
        startedBy: owner.userId,
        startedAt: at,
        leaseUntil: new Date(at.getTime() - 1),
        steps: [],
      },
    });
  });
  const hasty = createLab({
    ...people,
    channel: people.labChannel,
    server: `http://${licenseServer.authority}`,
    runMaxMs: 200,
  });
  const view = await watch(session, "seats", hasty);
  expect(await view.until()).toMatchObject({
    outcome: "failed",
    why: expect.stringMatching("took longer"),
  });
  await hasty.close();
  const licenses = await licensesOf(tenantId);
  expect(licenses.map(({ suspendedAt }) => suspendedAt !== null)).toEqual([true, true]);
});

test("a client ends as soon as nobody can give it orders any more, as when its portal was killed", async () => {
  let asked = 0;
  // Takes what it is sent and never answers, so that the client waits, and would ask again.
  const silent = createServer(() => asked++).listen(0, "127.0.0.1");
  await once(silent, "listening");
  const { port } = z.object({ port: z.int() }).parse(silent.address());
  const child = spawn(process.execPath, [CLIENT_SCRIPT], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const exited = once(child, "exit");
  const embedded = {
    server: `http://127.0.0.1:${port}`,
    tenant: "acme",
    rootKey: "A".repeat(43),
    product: "p",
  };
  const key = formatLicenseKey("TEST", new Uint8Array(LICENSE_KEY_DATA_LENGTH));
  child.send({ kind: "begin", identity: { ...embedded, licenseKey: key, device: "d", isOffline: false } });
  child.send({ kind: "order", number: 1, command: { do: "activate" } });
  await once(silent, "connection");
  child.disconnect();
  expect(await exited).toEqual([0, null]);
  expect(asked).toBe(1);
  silent.close();
});

test("a server that cannot be reached fails the step and says what to look at; who may not issue licenses may not run it", async () => {
  const { session } = await createWatcher();
  const view = await watch(session, "online", people.lab);
  expect(await view.until()).toEqual({ outcome: "failed" });
  expect(outcomes(view.results)).toEqual([expect.stringMatching("LICENSE_SERVER_URL")]);
  const { join } = await createTeam(people);
  const { email } = await join("auditor");
  const auditor = await people.auth.signIn({ email, password: PASSWORD, ip: "192.0.2.1" });
  const refused = await lab.answer(auditor, "online", new AbortController().signal);
  expect([
    refused.status,
    (await lab.answer(undefined, "online", new AbortController().signal)).status,
  ]).toEqual([403, 401]);
});
