import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#server/trpc/router.ts";
import { countOf } from "../../../_components/format.ts";
import { relativeTime } from "../../../_components/relative-time.ts";
import type { Tone } from "../../../_components/status-badge.tsx";

export type Health = inferRouterOutputs<AppRouter>["health"]["get"];
export type Process = Health["processes"][number];
export type Job = Health["jobs"][number];

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** From here on something is said, and from there on loudly. */
export const LIMITS = {
  backupMs: { warning: 2 * DAY_MS, bad: 7 * DAY_MS },
  bundleLeftMs: { warning: 10 * DAY_MS, bad: 3 * DAY_MS },
  keyLeftMs: { warning: 14 * DAY_MS, bad: 3 * DAY_MS },
  figuresMs: { warning: 3 * HOUR_MS, bad: 24 * HOUR_MS },
  toldMs: { warning: 10 * MINUTE_MS, bad: 2 * HOUR_MS },
} as const;

export const PROCESS_WORDS: Readonly<
  Record<Process["kind"], { name: string; does: string; without: string }>
> = {
  web: {
    name: "Portal",
    does: "these pages, and the runtime API under /api",
    without: "Nobody can open the portal.",
  },
  "license-server": {
    name: "LicenseServer",
    does: "activations, seats and usage of applications",
    without:
      "Applications cannot activate, take seats or charge usage here; what they hold stays good until it runs out.",
  },
  worker: {
    name: "Worker",
    does: "background jobs: webhooks, figures, keys, clearing up",
    without: "Webhooks, figures and mails wait, and keys are not renewed. Activations and seats go on.",
  },
};

const JOB_WORDS: Readonly<Record<string, string>> = {
  "lease-expiry": "End seats that ran out",
  "ticket-expiry": "End tickets that ran out",
  "credit-expiry": "Expire credits, begin periods",
  "license-transitions": "Announce license changes",
  "event-relay": "Turn decisions into events",
  "webhook-delivery": "Send webhooks",
  "mail-delivery": "Send mails",
  "staff-digest": "Write the daily digests",
  "license-batches": "Work on licenses in batches",
  "license-tally": "Count licenses",
  "analytics-rollup": "Compute the charts' figures",
  reconciliation: "Add up all balances again",
  "audit-checkpoint": "Seal the audit log",
  retention: "Delete what is too old",
  "health-figures": "Compute what monitoring reads",
  "trust-refresh": "Renew keys and trust bundles",
};

export function jobWords(job: string): string {
  return JOB_WORDS[job] ?? job;
}

/** How long a job may have been silent: three of its rounds, and a little for a busy machine. */
export function jobPatienceMs(everyMs: number): number {
  return 3 * everyMs + 2 * MINUTE_MS;
}

export function jobTone(job: Job, now: Date): Tone {
  const failures = job.failuresInRow ?? 0;
  if (failures >= 2) return "bad";
  if (failures === 1) return "warning";
  if (job.lastDoneAt === null) return "waiting";
  const silentMs = now.getTime() - job.lastDoneAt.getTime();
  return job.everyMs !== null && silentMs > jobPatienceMs(job.everyMs) ? "warning" : "good";
}

export function processTone({ running, silent }: Process): Tone {
  if (running === 0) return "bad";
  return silent.length > 0 ? "warning" : "good";
}

/** Of something that grows old: `good` until it is too old. */
export function ageTone(at: Date | null, limits: { warning: number; bad: number }, now: Date): Tone {
  if (at === null) return "warning";
  const ageMs = now.getTime() - at.getTime();
  return ageMs > limits.bad ? "bad" : ageMs > limits.warning ? "warning" : "good";
}

/** Of something that ends. */
export function endTone(at: Date | null, limits: { warning: number; bad: number }, now: Date): Tone {
  if (at === null) return "bad";
  const leftMs = at.getTime() - now.getTime();
  return leftMs < limits.bad ? "bad" : leftMs < limits.warning ? "warning" : "good";
}

/** Something that somebody should do something about. */
export interface Finding {
  readonly tone: "bad" | "warning";
  readonly title: string;
  readonly toDo: string;
  readonly link?: { readonly href: string; readonly label: string };
}

/** Everything that is not as it should be, the worst first, each with what to do. */
export function findings(health: Health, now: Date): Finding[] {
  const { own } = health;
  const workers = health.processes.find(({ kind }) => kind === "worker")?.running ?? 0;
  const found: (Finding | undefined)[] = [
    own.incidentsOpen > 0
      ? {
          tone: "bad",
          title: `${countOf(own.incidentsOpen, "incident is", "incidents are")} open`,
          toDo: "Records disagree that never should. Nothing is repaired by itself: look at what was found.",
          link: { href: "/admin/incidents", label: "Look at the incidents" },
        }
      : undefined,
    ...health.processes.flatMap(processFindings),
    // Without a worker every job is late, which was said.
    ...(workers === 0 ? [] : health.jobs.map((job) => jobFinding(job, now))),
    backupFinding(health, now),
    endFinding(own.bundleEndsAt, LIMITS.bundleLeftMs, now, "The trust bundle", {
      toDo: "Applications refuse it once it has ended. The job that renews it runs each hour; with an offline root, sign the prepared one.",
      link: { href: "/admin/trust", label: "Open trust" },
    }),
    endFinding(own.keyEndsAt, LIMITS.keyLeftMs, now, "A signing key", {
      toDo: "Its successor should sign by now. Let it sign, or look why the job “Renew keys and trust bundles” does not.",
      link: { href: "/admin/trust", label: "Open trust" },
    }),
    lagFinding(own.figuresUntil, LIMITS.figuresMs, now, "The charts' figures", "analytics-rollup"),
    lagFinding(own.toldUntil, LIMITS.toldMs, now, "Events of decisions", "event-relay"),
  ];
  return found
    .filter((each) => each !== undefined)
    .sort((a, b) => Number(b.tone === "bad") - Number(a.tone === "bad"));
}

function processFindings({ kind, running, silent }: Process): Finding[] {
  const { name, without } = PROCESS_WORDS[kind];
  if (running === 0)
    return [
      { tone: "bad", title: `No ${name} runs`, toDo: `${without} Start one; its log says why it ended.` },
    ];
  if (silent.length === 0) return [];
  const hosts = silent.flatMap(({ host }) => host ?? []);
  const where = hosts.length > 0 ? ` (${[...new Set(hosts)].join(", ")})` : "";
  return [
    {
      tone: "warning",
      title: `${countOf(silent.length, name)} fell silent${where}`,
      toDo: "It ended without saying so, or hangs: its log says why. Others go on; this is forgotten after a day.",
    },
  ];
}

function jobFinding(job: Job, now: Date): Finding | undefined {
  const tone = jobTone(job, now);
  if (tone !== "bad" && tone !== "warning") return undefined;
  const words = jobWords(job.job);
  const failures = job.failuresInRow ?? 0;
  return failures > 0
    ? {
        tone,
        title: `“${words}” failed ${failures === 1 ? "once" : `${failures} times in a row`}`,
        toDo: `It is tried again by itself. The worker's log says why, under the job ${job.job}.`,
      }
    : {
        tone,
        title: `“${words}” is late`,
        toDo: `It was last done ${relativeTime(job.lastDoneAt ?? now, now)}. Look whether the workers, and the queue behind them, keep up.`,
      };
}

function backupFinding({ lastBackupAt }: Health, now: Date): Finding | undefined {
  const tone = ageTone(lastBackupAt, LIMITS.backupMs, now);
  if (tone !== "bad" && tone !== "warning") return undefined;
  return {
    tone,
    title:
      lastBackupAt === null
        ? "No backup is known"
        : `The last backup is of ${relativeTime(lastBackupAt, now)}`,
    toDo: "Run npm run backup each day, or tell of a copy made by other means.",
    link: { href: "/docs/operations#backup", label: "How to back up" },
  };
}

function endFinding(
  at: Date | null,
  limits: { warning: number; bad: number },
  now: Date,
  what: string,
  rest: Pick<Finding, "toDo" | "link">,
): Finding | undefined {
  const tone = endTone(at, limits, now);
  if (tone !== "bad" && tone !== "warning") return undefined;
  const title =
    at === null ? `${what} is missing` : `${what} ${at > now ? "ends" : "ended"} ${relativeTime(at, now)}`;
  return { tone, title, ...rest };
}

function lagFinding(
  at: Date | null,
  limits: { warning: number; bad: number },
  now: Date,
  what: string,
  job: string,
): Finding | undefined {
  // Nothing has happened yet that there could be figures of.
  if (at === null) return undefined;
  const tone = ageTone(at, limits, now);
  if (tone !== "bad" && tone !== "warning") return undefined;
  return {
    tone,
    title: `${what} end ${relativeTime(at, now)}`,
    toDo: `Look at “${jobWords(job)}” below: it is late, fails, or has more to do than it gets done.`,
  };
}
