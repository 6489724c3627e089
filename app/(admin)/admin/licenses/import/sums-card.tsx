"use client";

import { Alert, Button, Card, Group, Stack, Text, Title } from "@mantine/core";
import { IconHistory, IconHourglass, IconPlus } from "@tabler/icons-react";
import { countOf, formatNumber } from "../../../../_components/format.ts";
import { TextLink } from "../../../../_components/links.tsx";
import { RelativeTime } from "../../../../_components/relative-time.tsx";
import classes from "./import.module.css";
import type { Report } from "./report.ts";

/** What the import will make, in numbers, and the button that does it. */
export function SumsCard({
  report,
  busy,
  stale,
  onImport,
}: {
  report: Report;
  busy: boolean;
  /** Whether the numbers are being made anew. */
  stale: boolean;
  onImport: (leaveOutBad: boolean) => void;
}) {
  const { rows, badRows, makes, before, beyondTrial } = report;
  const { licenses, newCustomers, knownCustomers, policies, repeated } = makes;
  return (
    <Card component="section" aria-label="What it comes to" aria-busy={stale}>
      <Stack gap="lg">
        <Stack gap="sm">
          <Title order={2} fz="h3">
            {badRows === 0
              ? "Every row is right"
              : `${countOf(badRows, "row")} of ${formatNumber(rows)} ${badRows === 1 ? "is" : "are"} not right`}
          </Title>
          {rows > 0 && (
            <div className={classes.bar} aria-hidden>
              <div style={{ flexGrow: rows - badRows }} />
              <div style={{ flexGrow: badRows }} />
            </div>
          )}
        </Stack>
        <div className={classes.numbers}>
          <Sum value={licenses} words={licenses === 1 ? "license" : "licenses"} />
          <Sum value={newCustomers} words={newCustomers === 1 ? "new customer" : "new customers"} />
          <Sum
            value={knownCustomers}
            words={knownCustomers === 1 ? "customer you have" : "customers you have"}
          />
        </div>
        {policies.length > 0 && (
          <Text fz="sm">
            {policies
              .map((each) => `${countOf(each.licenses, "license")} under ${each.name} (${each.product})`)
              .join(", ")}
            .
          </Text>
        )}
        {newCustomers > 0 && (
          <Text fz="sm" c="dimmed">
            New: {makes.newCustomerNames.slice(0, 8).join(", ")}
            {newCustomers > 8 && ` and ${formatNumber(newCustomers - 8)} more`}. If one of them is a customer
            of yours under another spelling, write it in the file as it is written there.
          </Text>
        )}
        {repeated > 0 && (
          <Text fz="sm" c="dimmed">
            {countOf(repeated, "row")} {repeated === 1 ? "is" : "are"} just like another; each gets a license
            of its own.
          </Text>
        )}
        {before !== null && (
          <Alert color="copper" icon={<IconHistory size={18} />}>
            <Text fz="sm">
              Just this was imported <RelativeTime at={before.at} /> (
              <TextLink href={`/admin/licenses/batches/${before.id}`} fz="sm" underline="always">
                see what came of it
              </TextLink>
              ). Import it again only if you want as many licenses once more.
            </Text>
          </Alert>
        )}
        {beyondTrial !== null && (
          <Alert color="copper" icon={<IconHourglass size={18} />}>
            <Text fz="sm">
              {beyondTrial}{" "}
              <TextLink href="/admin/promote" fz="sm" underline="always">
                Go to production
              </TextLink>
            </Text>
          </Alert>
        )}
        <Group gap="sm">
          <Button
            leftSection={<IconPlus size={16} />}
            h="auto"
            mih={36}
            py={7}
            styles={{ label: { whiteSpace: "normal" } }}
            disabled={licenses === 0 || stale || beyondTrial !== null}
            loading={busy}
            onClick={() => onImport(badRows > 0)}
          >
            {words(licenses, badRows, before !== null)}
          </Button>
          {badRows > 0 && licenses > 0 && (
            <Text fz="sm" c="dimmed">
              Or mend them in the file, and choose it again.
            </Text>
          )}
        </Group>
      </Stack>
    </Card>
  );
}

function Sum({ value, words: what }: { value: number; words: string }) {
  return (
    <div>
      <div className={classes.number}>{formatNumber(value)}</div>
      <Text fz="sm" c="dimmed">
        {what}
      </Text>
    </div>
  );
}

function words(licenses: number, badRows: number, again: boolean): string {
  if (licenses === 0) return "Nothing to issue";
  const left = badRows === 0 ? "" : `, leave out ${countOf(badRows, "row")}`;
  return `Issue ${countOf(licenses, "license")}${again ? " again" : ""}${left}`;
}
