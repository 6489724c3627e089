import { Card, Group, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { countOf } from "../../../_components/format.ts";
import { TextLink } from "../../../_components/links.tsx";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import { type Tone, ToneBadge } from "../../../_components/status-badge.tsx";
import classes from "./health.module.css";
import { ageTone, endTone, type Health, LIMITS } from "./health.ts";

const TONE_WORDS: Partial<Record<Tone, string>> = { good: "Good", warning: "Look at it", bad: "Urgent" };

/** What everything rests on: a copy of the data, keys that are good, events and figures that keep up, records that agree. */
export function CopiesCard({ health, now }: { health: Health; now: Date }) {
  const { own, lastBackupAt, restoredAt } = health;
  return (
    <Card component="section" aria-labelledby="rests-title">
      <Title order={2} fz="h3" id="rests-title">
        What it rests on
      </Title>
      <Text fz="sm" c="dimmed" mb="md">
        The backup is everybody's here; keys, events and records are your account's own.
      </Text>
      <Stack gap="md">
        <Row
          name="Last backup"
          tone={ageTone(lastBackupAt, LIMITS.backupMs, now)}
          share={shareOf(now, lastBackupAt, LIMITS.backupMs.bad)}
        >
          {lastBackupAt === null ? (
            "none that is known of"
          ) : (
            <>
              of <RelativeTime at={lastBackupAt} />
            </>
          )}
          {restoredAt !== null && (
            <>
              {" "}
              · this database was put back from one <RelativeTime at={restoredAt} />
            </>
          )}
        </Row>
        <Row
          name="Trust bundle"
          tone={endTone(own.bundleEndsAt, LIMITS.bundleLeftMs, now)}
          share={spent(own.bundleIssuedAt, own.bundleEndsAt, now)}
        >
          {own.bundleEndsAt === null || own.bundleIssuedAt === null ? (
            "there is none"
          ) : (
            <>
              signed <RelativeTime at={own.bundleIssuedAt} />, ends <RelativeTime at={own.bundleEndsAt} />
            </>
          )}
        </Row>
        <Row name="Signing keys" tone={endTone(own.keyEndsAt, LIMITS.keyLeftMs, now)}>
          {own.keyEndsAt === null ? (
            "none is active"
          ) : (
            <>
              the first ends <RelativeTime at={own.keyEndsAt} />
            </>
          )}
          {own.rootCreatedAt !== null && (
            <>
              {" "}
              · root made <RelativeTime at={own.rootCreatedAt} />
            </>
          )}
        </Row>
        <Row
          name="Events and figures"
          tone={worse(
            own.toldUntil === null ? "good" : ageTone(own.toldUntil, LIMITS.toldMs, now),
            own.figuresUntil === null ? "good" : ageTone(own.figuresUntil, LIMITS.figuresMs, now),
          )}
        >
          {own.toldUntil === null ? (
            "no decision yet"
          ) : (
            <>
              told until <RelativeTime at={own.toldUntil} />
            </>
          )}
          {own.figuresUntil !== null && (
            <>
              {" "}
              · charts final until <RelativeTime at={own.figuresUntil} />
            </>
          )}{" "}
          · {countOf(own.webhooksDue, "webhook")} due
          {own.mailsFailed > 0 && <> · {countOf(own.mailsFailed, "mail")} not sent in a day</>}
        </Row>
        <Row name="Records" tone={own.incidentsOpen > 0 ? "bad" : "good"}>
          {own.incidentsOpen > 0 ? (
            <TextLink href="/admin/incidents" fz="sm">
              {countOf(own.incidentsOpen, "open incident")}
            </TextLink>
          ) : (
            "balances, seats and counts agree"
          )}
        </Row>
      </Stack>
    </Card>
  );
}

function Row({
  name,
  tone,
  share,
  children,
}: {
  name: string;
  tone: Tone;
  /** How much of its time is gone. */
  share?: number | undefined;
  children: ReactNode;
}) {
  return (
    <section aria-label={name}>
      <Group justify="space-between" gap="xs">
        <Text fw={600} fz="sm">
          {name}
        </Text>
        <ToneBadge tone={tone} label={TONE_WORDS[tone] ?? "Not yet"} />
      </Group>
      {share !== undefined && (
        <div className={classes.bar} aria-hidden>
          <div data-tone={tone} style={{ width: `${share * 100}%` }} suppressHydrationWarning />
        </div>
      )}
      <Text fz="sm" c="dimmed" component="div">
        {children}
      </Text>
    </section>
  );
}

function worse(a: Tone, b: Tone): Tone {
  return [a, b].find((tone) => tone === "bad") ?? [a, b].find((tone) => tone === "warning") ?? "good";
}

function shareOf(now: Date, since: Date | null, longestMs: number): number | undefined {
  return since === null ? undefined : within((now.getTime() - since.getTime()) / longestMs);
}

function spent(from: Date | null, until: Date | null, now: Date): number | undefined {
  if (from === null || until === null) return undefined;
  return within((now.getTime() - from.getTime()) / (until.getTime() - from.getTime()));
}

/** Never nothing, so that a bar can be seen. */
function within(share: number): number {
  return Math.min(1, Math.max(0.02, share));
}
