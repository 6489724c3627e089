import type { Actor } from "../domain/actor.ts";
import { JOB_NAMES, JOBS } from "../jobs/catalogue.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { eachTenant } from "../platform/each-tenant.ts";
import type { Figure, InstanceState } from "./figures.ts";
import * as store from "./operations-store.ts";
import { PROCESS_KINDS, type ProcessKind } from "./presence.ts";

/** A process that has said nothing for this long does not run as it should. */
const PRESENT_SECONDS = 60;

export interface ProcessHealth {
  readonly kind: ProcessKind;
  /** Those that said within a minute that they are there. */
  readonly running: number;
  /** Those that ended within a day without saying so, or hang. */
  readonly silent: readonly { readonly host: string | null; readonly seenAt: Date }[];
  /** Of those that run; more than one while an upgrade is under way. */
  readonly versions: readonly string[];
  /** Null where more than one vendor has an account here. */
  readonly hosts: readonly string[] | null;
}

export interface JobHealth {
  readonly job: string;
  /** How often it is run by itself, in milliseconds; null: only when asked for. */
  readonly everyMs: number | null;
  readonly lastDoneAt: Date | null;
  /** This and what follows is of all tenants' work; null where more than one vendor has an account here. */
  readonly lastFailedAt: Date | null;
  readonly failuresInRow: number | null;
  readonly durationMs: number | null;
  /** Null, too, where it is not known. */
  readonly waiting: number | null;
}

const UNTOLD = { lastFailedAt: null, failuresInRow: null, durationMs: null, waiting: null } as const;

/** How the installation is, and what of it concerns one vendor. Nothing of another vendor is in it. */
export interface Health {
  readonly asOf: Date;
  readonly processes: readonly ProcessHealth[];
  readonly jobs: readonly JobHealth[];
  readonly lastBackupAt: Date | null;
  readonly restoredAt: Date | null;
  readonly own: store.TenantFacts;
}

export type HealthService = ReturnType<typeof createHealth>;

export function createHealth({ database, clock }: { database: Database; clock: Clock }) {
  async function jobs() {
    const known = new Map((await store.listJobStates(database)).map((state) => [state.job, state]));
    return JOB_NAMES.map((job) => {
      const state = known.get(job);
      return {
        job,
        everyMs: JOBS[job].everyMs ?? null,
        lastDoneAt: state?.lastDoneAt ?? null,
        lastFailedAt: state?.lastFailedAt ?? null,
        failuresInRow: state?.failuresInRow ?? 0,
        durationMs: state?.durationMs ?? 0,
        waiting: state?.waiting ?? null,
      };
    });
  }

  return {
    async get({ tenantId }: Actor): Promise<Health> {
      const now = clock.now();
      const [listed, states, instance, isShared, own] = await Promise.all([
        store.listProcesses(database),
        jobs(),
        store.readInstance(database),
        store.isShared(database),
        database.withTenant(tenantId, (tx) => store.readTenantFacts(tx, tenantId, now)),
      ]);
      return {
        asOf: now,
        processes: PROCESS_KINDS.map((kind) => processHealth(kind, listed, isShared)),
        jobs: isShared ? states.map((state) => ({ ...state, ...UNTOLD })) : states,
        lastBackupAt: instance?.lastBackupAt ?? null,
        restoredAt: instance?.restoredAt ?? null,
        own,
      };
    },

    /** What became of a run of a job, whoever ran it. */
    noteRun: (job: string, run: { failed: boolean; durationMs: number }): Promise<void> =>
      store.noteRun(database, job, { at: clock.now(), ...run }),

    /** How many runs of a job are due and not begun. */
    noteWaiting: (job: string, waiting: number): Promise<void> =>
      store.noteWaiting(database, job, { waiting, waitingSeenAt: clock.now() }),

    /** Computes the figures over all tenants that monitoring reads. */
    async computeFigures(): Promise<{ tenants: number }> {
      const now = clock.now();
      let tenants = 0;
      const sums = { incidents: 0, webhooks: 0, mails: 0 };
      const earliest = new Map<Figure, number>();
      const keep = (name: Figure, at: Date | null) => {
        if (at === null) return;
        earliest.set(name, Math.min(earliest.get(name) ?? Number.POSITIVE_INFINITY, at.getTime() / 1000));
      };
      await eachTenant(database, async (tenantId) => {
        const facts = await database.withTenant(tenantId, (tx) => store.readTenantFacts(tx, tenantId, now));
        tenants++;
        sums.incidents += facts.incidentsOpen;
        sums.webhooks += facts.webhooksDue;
        sums.mails += facts.mailsFailed;
        keep("signet_trust_bundle_ends_timestamp_seconds", facts.bundleEndsAt);
        keep("signet_signing_key_ends_timestamp_seconds", facts.keyEndsAt);
        keep("signet_figures_complete_timestamp_seconds", facts.figuresUntil);
        keep("signet_events_told_timestamp_seconds", facts.toldUntil);
      });
      await store.putFigures(
        database,
        {
          signet_tenants: tenants,
          signet_incidents_open: sums.incidents,
          signet_webhook_deliveries_due: sums.webhooks,
          signet_mails_failed: sums.mails,
          ...Object.fromEntries(earliest),
        } satisfies Partial<Record<Figure, number>>,
        now,
      );
      return { tenants };
    },

    async instance(): Promise<InstanceState> {
      const [figures, instance, listed, states] = await Promise.all([
        store.listFigures(database),
        store.readInstance(database),
        store.listProcesses(database),
        jobs(),
      ]);
      return {
        figures: Object.fromEntries(figures.map(({ name, value }) => [name, value])),
        figuresAt: figures[0]?.computedAt ?? null,
        lastBackupAt: instance?.lastBackupAt ?? null,
        present: Object.fromEntries(
          PROCESS_KINDS.map((kind) => [kind, processHealth(kind, listed, true).running]),
        ),
        jobs: states,
      };
    },
  };
}

/** Of processes of one kind; where several vendors share the installation, nothing of its machines is told. */
function processHealth(
  kind: ProcessKind,
  listed: readonly store.PresentProcess[],
  isShared: boolean,
): ProcessHealth {
  const own = listed.filter((each) => each.kind === kind);
  const running = own.filter(({ silentSeconds }) => silentSeconds <= PRESENT_SECONDS);
  const silent = own.filter(({ silentSeconds }) => silentSeconds > PRESENT_SECONDS);
  return {
    kind,
    running: running.length,
    silent: silent.map(({ host, seenAt }) => ({ host: isShared ? null : host, seenAt })),
    versions: [...new Set(running.map(({ version }) => version))].sort(),
    hosts: isShared ? null : [...new Set(running.map(({ host }) => host))].sort(),
  };
}
