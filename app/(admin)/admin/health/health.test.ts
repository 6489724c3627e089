import { expect, test } from "vitest";
import { findings, type Health } from "./health.ts";

const NOW = new Date("2030-01-10T12:00:00Z");
const ago = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000);
const ahead = (days: number) => new Date(NOW.getTime() + days * 86_400_000);

const job = {
  job: "retention",
  everyMs: 3_600_000,
  lastDoneAt: ago(10),
  lastFailedAt: null,
  failuresInRow: 0,
  durationMs: 5,
  waiting: 0,
};
const process = { running: 1, silent: [], versions: ["0.1.0"], hosts: ["host"] };
const WELL: Health = {
  asOf: NOW,
  processes: [
    { kind: "web", ...process },
    { kind: "license-server", ...process },
    { kind: "worker", ...process },
  ],
  jobs: [job],
  lastBackupAt: ago(60),
  restoredAt: null,
  own: {
    incidentsOpen: 0,
    bundleEndsAt: ahead(20),
    bundleIssuedAt: ago(60),
    keyEndsAt: ahead(60),
    rootCreatedAt: ago(60),
    figuresUntil: ago(70),
    toldUntil: ago(2),
    webhooksDue: 0,
    mailsFailed: 0,
  },
};

test("where all is well there is nothing to look at, also in an account where nothing has happened yet", () => {
  expect(findings(WELL, NOW)).toEqual([]);
  expect(findings({ ...WELL, own: { ...WELL.own, figuresUntil: null, toldUntil: null } }, NOW)).toEqual([]);
});

test.each<[string, Partial<Health> | Partial<Health["own"]>, "bad" | "warning", RegExp]>([
  [
    "no LicenseServer",
    {
      processes: WELL.processes.map((each) => ({ ...each, running: each.kind === "license-server" ? 0 : 1 })),
    },
    "bad",
    /No LicenseServer runs/,
  ],
  [
    "a silent worker",
    {
      processes: WELL.processes.map((each) => ({
        ...each,
        silent: each.kind === "worker" ? [{ host: "b", seenAt: ago(5) }] : [],
      })),
    },
    "warning",
    /1 Worker fell silent \(b\)/,
  ],
  ["a job that fails", { jobs: [{ ...job, failuresInRow: 3 }] }, "bad", /failed 3 times in a row/],
  ["a late job", { jobs: [{ ...job, lastDoneAt: ago(200) }] }, "warning", /is late/],
  ["no backup", { lastBackupAt: null }, "warning", /No backup is known/],
  ["an old backup", { lastBackupAt: ago(9 * 1440) }, "bad", /last backup/],
  ["incidents", { incidentsOpen: 2 }, "bad", /2 incidents are open/],
  ["a bundle that ends", { bundleEndsAt: ahead(2) }, "bad", /trust bundle ends/],
  ["a bundle that ended", { bundleEndsAt: ahead(-1) }, "bad", /trust bundle ended/],
  ["a key that ends", { keyEndsAt: ahead(10) }, "warning", /signing key ends/],
  ["figures that lag", { figuresUntil: ago(300) }, "warning", /figures end/],
  ["events that lag", { toldUntil: ago(30) }, "warning", /Events of decisions end/],
])("%s is said, as loudly as it matters, with what to do", (_, change, tone, title) => {
  const isOwn = Object.keys(change).every((name) => name in WELL.own);
  const health: Health = isOwn ? { ...WELL, own: { ...WELL.own, ...change } } : { ...WELL, ...change };
  expect(findings(health, NOW)).toEqual([
    expect.objectContaining({
      tone,
      title: expect.stringMatching(title),
      toDo: expect.stringMatching(/\S{3}/),
    }),
  ]);
});

test("without a worker that alone is said, not each job that is late because of it; the worst comes first", () => {
  const processes = WELL.processes.map((each) => ({ ...each, running: each.kind === "worker" ? 0 : 1 }));
  const found = findings(
    { ...WELL, lastBackupAt: null, processes, jobs: [{ ...job, lastDoneAt: ago(600) }] },
    NOW,
  );
  expect(found.map(({ title }) => title)).toEqual(["No Worker runs", "No backup is known"]);
});
