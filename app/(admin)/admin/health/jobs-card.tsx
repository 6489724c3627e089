import { Card, Text, Title } from "@mantine/core";
import { formatNumber } from "../../../_components/format.ts";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import { type Tone, ToneBadge } from "../../../_components/status-badge.tsx";
import classes from "./health.module.css";
import { type Job, jobPatienceMs, jobTone, jobWords } from "./health.ts";

const TONE_WORDS: Partial<Record<Tone, string>> = { good: "On time", bad: "Failing", waiting: "Not run yet" };

/** Each background job: when it was last done, against how often it should be. */
export function JobsCard({ jobs, now }: { jobs: readonly Job[]; now: Date }) {
  return (
    <Card component="section" aria-labelledby="jobs-title">
      <Title order={2} fz="h3" id="jobs-title">
        Background jobs
      </Title>
      <Text fz="sm" c="dimmed" mb="md">
        The bar fills with the time since a job was last done; full is too long. Any of them may run twice
        without harm.
      </Text>
      <ul className={classes.jobs}>
        {jobs.map((job) => (
          <JobRow key={job.job} job={job} now={now} />
        ))}
      </ul>
    </Card>
  );
}

function JobRow({ job, now }: { job: Job; now: Date }) {
  const { lastDoneAt, everyMs, durationMs, waiting } = job;
  const tone = jobTone(job, now);
  const share =
    lastDoneAt === null || everyMs === null
      ? 0
      : Math.min(1, Math.max(0.02, (now.getTime() - lastDoneAt.getTime()) / jobPatienceMs(everyMs)));
  const late = (job.failuresInRow ?? 0) > 0 ? "Failed once" : "Late";
  return (
    <li>
      <div className={classes.jobName}>
        <Text fz="sm" fw={600}>
          {jobWords(job.job)}
        </Text>
        <Text fz="xs" c="dimmed" ff="monospace">
          {job.job}
        </Text>
      </div>
      <div>
        <div className={classes.bar} aria-hidden>
          <div data-tone={tone} style={{ width: `${share * 100}%` }} suppressHydrationWarning />
        </div>
        <Text fz="xs" c="dimmed" component="div">
          {lastDoneAt === null ? (
            "not done yet"
          ) : (
            <>
              done <RelativeTime at={lastDoneAt} />
              {durationMs !== null && <>, in {tookWords(durationMs)}</>}
            </>
          )}
          {everyMs !== null && <> · every {everyWords(everyMs)}</>}
          {waiting !== null && waiting > 0 && <> · {formatNumber(waiting)} waiting</>}
        </Text>
      </div>
      <ToneBadge tone={tone} label={TONE_WORDS[tone] ?? late} />
    </li>
  );
}

function tookWords(ms: number): string {
  return ms < 1_000 ? `${ms} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

function everyWords(ms: number): string {
  if (ms < 60_000) return `${ms / 1_000} s`;
  return ms < 3_600_000 ? `${ms / 60_000} min` : ms === 3_600_000 ? "hour" : `${ms / 3_600_000} hours`;
}
