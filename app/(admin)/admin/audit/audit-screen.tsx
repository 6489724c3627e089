"use client";

import { ActionIcon, Box, Group, Text } from "@mantine/core";
import { IconChevronRight, IconHistory } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { DataTable } from "../../../_components/data-table.tsx";
import { EmptyState } from "../../../_components/empty-state.tsx";
import { changeTitle, subjectTitle } from "../../../_components/event-words.ts";
import { TextLink } from "../../../_components/links.tsx";
import { PageHeader } from "../../../_components/page-header.tsx";
import { PersonAvatar } from "../../../_components/person-avatar.tsx";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import { TableToolbar } from "../../../_components/table-toolbar.tsx";
import { useTable } from "../../../_components/use-table.ts";
import { useTRPC } from "../../../_trpc/client.tsx";
import classes from "./audit.module.css";
import { AuditChange } from "./audit-change.tsx";
import { AUDIT, auditInput, SUBJECT_OPTIONS } from "./list.ts";
import type { AuditRow } from "./row.ts";
import { SubjectLink } from "./subject-link.tsx";
import { VerifyChain } from "./verify-chain.tsx";

export function AuditScreen() {
  const trpc = useTRPC();
  const table = useTable(AUDIT);
  const [open, setOpen] = useState<readonly number[]>([]);
  const events = useQuery(
    trpc.audit.list.queryOptions(auditInput(table.input), { placeholderData: keepPreviousData }),
  );
  const team = useQuery(trpc.team.list.queryOptions());

  function toggle(seq: number) {
    setOpen((before) => (before.includes(seq) ? before.filter((one) => one !== seq) : [...before, seq]));
  }

  return (
    <>
      <PageHeader
        title="Audit"
        description="Who changed what, before and after. Each entry seals the one before it, so that none can be altered unseen."
      />
      <VerifyChain />
      <DataTable<AuditRow>
        label="Audit log"
        query={events}
        table={table}
        rowKey={({ seq }) => String(seq)}
        onRow={({ seq }) => toggle(seq)}
        expansion={{
          allowMultiple: true,
          trigger: "never",
          expanded: { recordIds: open.map(String) },
          content: ({ record }) => <AuditChange event={record} />,
        }}
        toolbar={
          <TableToolbar
            table={table}
            search="Paste a correlation id"
            filters={[
              { name: "action", any: "Anything", options: SUBJECT_OPTIONS },
              {
                name: "userId",
                any: "Anybody",
                options: (team.data ?? []).map(({ userId, name }) => ({ value: userId, label: name })),
              },
            ]}
          />
        }
        empty={
          <EmptyState icon={IconHistory} title="Nothing has been changed yet">
            Every change to products, policies, licenses, customers and the team is written here, by whom and
            when.
          </EmptyState>
        }
        columns={[
          {
            accessor: "action",
            title: "What",
            render: (event) => (
              <Group gap={8} wrap="nowrap" align="flex-start">
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  size="sm"
                  aria-expanded={open.includes(event.seq)}
                  aria-label={`Details of entry ${event.seq}`}
                  onClick={(press) => {
                    press.stopPropagation();
                    toggle(event.seq);
                  }}
                >
                  <IconChevronRight
                    size={16}
                    className={classes.chevron ?? ""}
                    data-open={open.includes(event.seq)}
                  />
                </ActionIcon>
                <Box miw={0}>
                  <Text fz="sm" fw={600}>
                    {subjectTitle(event.subjectKind)} · {changeTitle(event.action).toLowerCase()}
                  </Text>
                  <Box fz="xs" onClick={(press) => press.stopPropagation()} w="fit-content">
                    <SubjectLink event={event} />
                  </Box>
                  <Text fz="xs" c="dimmed" hiddenFrom="sm">
                    {actorName(event)}
                  </Text>
                </Box>
              </Group>
            ),
          },
          {
            accessor: "actor",
            title: "Who",
            width: 220,
            visibleMediaQuery: "(min-width: 48em)",
            render: (event) => (
              <Group gap={8} wrap="nowrap">
                <PersonAvatar name={actorName(event)} color={event.actor ? "initials" : "gray"} size={26} />
                <Text fz="sm" component="div" onClick={(press) => press.stopPropagation()}>
                  {event.apiKey === null ? (
                    actorName(event)
                  ) : (
                    <TextLink href={`/admin/api-keys#${event.apiKey.id}`}>{actorName(event)}</TextLink>
                  )}
                </Text>
              </Group>
            ),
          },
          {
            accessor: "at",
            title: "When",
            width: 130,
            render: ({ at }) => <RelativeTime at={at} />,
          },
        ]}
      />
    </>
  );
}

function actorName({ actor, apiKey }: AuditRow): string {
  if (apiKey !== null) return apiKey.name === null ? "An API key" : `API key ${apiKey.name}`;
  return actor === null ? "Signet" : (actor.name ?? "Somebody who has left");
}
