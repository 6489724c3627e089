import { join } from "node:path";
import type { SessionClaims } from "../auth/actor.ts";
import { allows } from "../auth/permissions.ts";
import type { Auth } from "../auth/sign-in.ts";
import type { Licenses } from "../authority/license-service.ts";
import type { Trust, Tx, Vault } from "../authority/ports.ts";
import type { Stories } from "../authority/story-service.ts";
import type { Actor, UserActor } from "../domain/actor.ts";
import { SignetError } from "../domain/errors.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { newUuid } from "../platform/ids.ts";
import type { Logger } from "../platform/log.ts";
import { answered } from "./answered.ts";
import { type LabClient, startClient } from "./client-process.ts";
import { explainDecisions } from "./decisions.ts";
import * as store from "./lab-store.ts";
import { runSteps, type StepResult, stepResults } from "./runner.ts";
import { SCENARIOS, type Scenario, type ScenarioName, scenario } from "./scenarios.ts";
import { createSettings } from "./setting.ts";
import { createWatching, type LabChannel } from "./watching.ts";

export type Lab = ReturnType<typeof createLab>;

interface LabOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly trust: Pick<Trust, "rootKey">;
  readonly vault: Vault;
  readonly auth: Pick<Auth, "currentActor">;
  readonly licenses: Pick<Licenses, "suspend">;
  readonly stories: Stories;
  readonly log: Pick<Logger, "warn">;
  /** A channel of this lab's own: it closes it. */
  readonly channel: () => LabChannel;
  /** Where the clients find the LicenseServer. */
  readonly server: string;
  /** Of all tenants together, in this process: each run is two processes of a client, which this machine pays for. */
  readonly runsMax?: number;
  /** A run that takes longer is stopped. */
  readonly runMaxMs?: number;
  /** How long a run is this process's without a word from it, and a page's that follows it. */
  readonly leaseMs?: number;
}

/**
 * The clients' program, from where every process of ours is started: what is bundled does not know where its sources are.
 */
export const CLIENT_SCRIPT = join(process.cwd(), "server/lab/clients/client.ts");

/** Scenarios played by real SDK clients, in processes of their own, against the real LicenseServer, for whoever watches. */
export function createLab({ runsMax = 8, runMaxMs = 90_000, leaseMs = 20_000, ...deps }: LabOptions) {
  const { database, clock, trust, auth, licenses, stories, log, server } = deps;
  const setUp = createSettings(deps);
  const watching = createWatching({ database, clock, log, leaseMs, channel: deps.channel() });
  /** What stops each run under way. */
  const running = new Map<AbortController, Promise<unknown>>();
  let closed = false;
  /** Runs under way, and those that are about to begin. */
  let places = 0;

  async function actorOf(session: SessionClaims | undefined): Promise<UserActor> {
    const current = await auth.currentActor(session);
    if (current === undefined) throw new SignetError("unauthorized", "You are signed out; sign in again.");
    if (current.tenant.suspended) throw new SignetError("tenant_suspended");
    if (current.lacksTwoFactor || !allows(current.actor.role, "license:issue"))
      throw new SignetError("forbidden");
    if (closed) throw new SignetError("overloaded", "The portal is being restarted; try again in a moment.");
    return current.actor;
  }

  /** Takes the scenario for this process, clears up after one that died with it, and issues the run's license. */
  async function begin(actor: UserActor, name: ScenarioName, watcher: string) {
    const { tenantId } = actor;
    const now = clock.forDatabase();
    const id = newUuid();
    const { orphans, ...begun } = await database.withTenant(tenantId, async (tx) => {
      await store.lockTenant(tx, tenantId);
      const orphans = await store.endOrphans(tx, tenantId, name, now);
      if ((await store.findLatest(tx, tenantId, name, now))?.isRunning) throw runningElsewhere();
      const setting = await setUp(tx, actor, name);
      const run = { id, name, licenseId: setting.license.id, startedBy: actor.userId, watcher, leaseMs };
      if (!(await store.insertRun(tx, tenantId, run, now))) throw runningElsewhere();
      return { id, ...setting, orphans };
    });
    for (const licenseId of orphans) await suspend(actor, licenseId);
    return begun;
  }

  /** Nothing can be done with it any more. Unlike a revocation this needs no word in each trust bundle from now on. */
  async function suspend(actor: Actor, licenseId: string): Promise<void> {
    try {
      await licenses.suspend(actor, licenseId, "The scenario of the lab has ended.");
    } catch (error) {
      // Somebody of the team was quicker, or its day is over.
      if (!(error instanceof SignetError)) throw error;
    }
  }

  async function play(
    actor: UserActor,
    { steps, offlineClients }: Scenario,
    begun: Awaited<ReturnType<typeof begin>>,
    { signal, tell }: { signal: AbortSignal; tell: (result: StepResult) => void },
  ) {
    const rootKey = await trust.rootKey(actor.tenantId);
    const begunAt = clock.now().toISOString();
    const clients = new Map<string, LabClient>();
    const killAll = () => {
      for (const client of clients.values()) client.kill();
    };
    function clientOf(device: string): LabClient {
      // Told of after the signal was looked at last: nobody would stop it.
      signal.throwIfAborted();
      const { tenant, product, license } = begun;
      const isOffline = offlineClients.includes(device);
      const embedded = { server, tenant, rootKey, product, licenseKey: license.key };
      const identity = { ...embedded, device, isOffline, begunAt };
      const client = clients.get(device) ?? startClient(CLIENT_SCRIPT, identity, log);
      clients.set(device, client);
      return client;
    }
    signal.addEventListener("abort", killAll, { once: true });
    try {
      return await runSteps({
        steps,
        server,
        clientOf,
        explain: (ids) => explainDecisions(stories, actor, ids),
        tell,
      });
    } finally {
      killAll();
      await Promise.all([...clients.values()].map(({ gone }) => gone));
    }
  }

  /** Plays a run that has begun to its end, whatever ends it, and clears up. Never rejects. */
  async function playOut(
    actor: UserActor,
    plan: Scenario,
    begun: Awaited<ReturnType<typeof begin>>,
    stop: AbortController,
  ): Promise<void> {
    const { tenantId } = actor;
    const inTenant = <Value>(work: (tx: Tx) => Promise<Value>) => database.withTenant(tenantId, work);
    const results = new Map<number, StepResult>();
    let writing = Promise.resolve();
    /** What was told last is written last. */
    const write = (steps: readonly StepResult[]) => {
      writing = writing
        .then(() => inTenant((tx) => store.saveSteps(tx, tenantId, begun.id, steps)))
        .then(
          () => watching.announce(tenantId, begun.id),
          (err: unknown) =>
            log.warn({ err }, "a step of a lab run could not be written; the next one tells of it"),
        );
    };
    const keep = async () => {
      const goesOn = await inTenant((tx) =>
        store.renewLease(tx, tenantId, begun.id, leaseMs, clock.forDatabase()),
      ).catch((err: unknown) => {
        log.warn({ err }, "the lease of a lab run could not be renewed");
        return true;
      });
      if (!goesOn) stop.abort(new Error("Nobody follows the run any more, or it was taken over."));
    };
    const keeping = setInterval(keep, leaseMs / 4).unref();
    const unheard = watching.whenAnnounced(tenantId, begun.id, keep);
    const tooLong = setTimeout(() => stop.abort(new Error(TOO_LONG)), runMaxMs).unref();
    let end: { outcome: store.RunOutcome; why?: string };
    try {
      const outcome = await play(actor, plan, begun, {
        signal: stop.signal,
        tell(result) {
          results.set(result.index, result);
          write([...results.values()]);
        },
      });
      end = { outcome };
    } catch (err) {
      const isTooLong = stop.signal.reason instanceof Error && stop.signal.reason.message === TOO_LONG;
      if (!stop.signal.aborted) log.warn({ err }, "a run of the scenario lab failed");
      const why = isTooLong ? TOO_LONG : err instanceof Error ? err.message : String(err);
      end = stop.signal.aborted && !isTooLong ? { outcome: "stopped" } : { outcome: "failed", why };
    } finally {
      unheard();
      clearInterval(keeping);
      clearTimeout(tooLong);
    }
    await writing;
    try {
      await suspend(actor, begun.license.id);
      const steps = [...results.values()];
      await inTenant((tx) => store.endRun(tx, tenantId, begun.id, { ...end, steps }, clock.forDatabase()));
      watching.announce(tenantId, begun.id);
    } catch (err) {
      // The next run of this scenario finds it, and the license ends by itself.
      log.warn({ err }, "a run of the scenario lab could not be cleared up");
    }
  }

  /** The scenario, and who may have to do with it. */
  async function admit(session: SessionClaims | undefined, asked: string) {
    const name = SCENARIOS.find((each) => each === asked);
    if (name === undefined) throw new SignetError("not_found", "There is no such scenario.");
    return { name, actor: await actorOf(session) };
  }

  /** The run of a scenario that is under way, if any: the page counts among those that follow it from now on. */
  async function join({ tenantId }: Actor, name: ScenarioName, signal: AbortSignal) {
    const watcher = newUuid();
    const runId = await database.withTenant(tenantId, (tx) =>
      store.joinRun(tx, tenantId, name, { watcher, leaseMs }, clock.forDatabase()),
    );
    return runId === undefined ? undefined : watching.follow({ tenantId, runId, watcher }, signal);
  }

  async function start(actor: UserActor, name: ScenarioName, signal: AbortSignal): Promise<Response> {
    if (places >= runsMax) throw new SignetError("overloaded", FULL);
    // Before anything is awaited: of many who ask at once, no more than may run come past.
    places++;
    const watcher = newUuid();
    const begun = await begin(actor, name, watcher).catch((error: unknown) => {
      places--;
      throw error;
    });
    const stop = new AbortController();
    const response = watching.follow({ tenantId: actor.tenantId, runId: begun.id, watcher }, signal);
    running.set(
      stop,
      playOut(actor, scenario(name, begun.id), begun, stop).finally(() => {
        running.delete(stop);
        places--;
      }),
    );
    return response;
  }

  return {
    /** Each scenario: its steps, and how the latest run went. */
    async list({ tenantId }: Actor) {
      return database.withTenant(tenantId, async (tx) => {
        const listed = [];
        for (const name of SCENARIOS) {
          const latest = await store.findLatest(tx, tenantId, name, clock.forDatabase());
          const { steps } = scenario(name, "");
          listed.push({
            name,
            steps: steps.map(({ title, client }) => ({ title, client })),
            latest: latest && { ...latest, steps: stepResults.parse(latest.steps) },
          });
        }
        return listed;
      });
    },

    /** Streams a scenario's run from its beginning: the one under way, or else a new one. It stops when its last page is left. */
    answer: (session: SessionClaims | undefined, asked: string, signal: AbortSignal) =>
      answered(async () => {
        const { actor, name } = await admit(session, asked);
        const underWay = await join(actor, name, signal);
        if (underWay !== undefined) return underWay;
        try {
          return await start(actor, name, signal);
        } catch (error) {
          const isTaken = error instanceof SignetError && error.code === "request_in_progress";
          const other = isTaken ? await join(actor, name, signal) : undefined;
          if (other === undefined) throw error;
          return other;
        }
      }),

    /** The same, of a run under way; answers with nothing where none is. */
    follow: (session: SessionClaims | undefined, asked: string, signal: AbortSignal) =>
      answered(async () => {
        const { actor, name } = await admit(session, asked);
        return (await join(actor, name, signal)) ?? new Response(null, { status: 204 });
      }),

    /** Stops a scenario's run for everybody who follows it. */
    stop: (session: SessionClaims | undefined, asked: string) =>
      answered(async () => {
        const { actor, name } = await admit(session, asked);
        const { tenantId } = actor;
        const runId = await database.withTenant(tenantId, (tx) => store.dismissWatchers(tx, tenantId, name));
        if (runId !== undefined) watching.announce(tenantId, runId);
        return new Response(null, { status: 204 });
      }),

    /** Stops every run and waits until each is cleared up. */
    async close(): Promise<void> {
      closed = true;
      for (const stop of running.keys()) stop.abort();
      await Promise.all(running.values());
      await watching.close();
    },
  };
}

const FULL =
  "As many scenarios run here as this server plays at once; try again in a minute, when one has ended.";
const TOO_LONG = "It took longer than a scenario may, and was stopped.";

function runningElsewhere(): SignetError {
  return new SignetError(
    "request_in_progress",
    "This scenario is just being stopped, or begun by somebody else; try again in a moment.",
  );
}
