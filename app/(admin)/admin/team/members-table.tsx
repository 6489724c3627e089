"use client";

import { ActionIcon, Badge, Box, Group, Menu, Text } from "@mantine/core";
import {
  IconDots,
  IconId,
  IconShieldLock,
  IconUserMinus,
  IconUserShield,
  IconUsers,
} from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { Role } from "#server/domain/actor.ts";
import { confirmAction } from "../../../_components/confirm.tsx";
import { DataTable } from "../../../_components/data-table.tsx";
import { EmptyState } from "../../../_components/empty-state.tsx";
import { PersonAvatar } from "../../../_components/person-avatar.tsx";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import type { TableSpec } from "../../../_components/table-url.ts";
import { toastDone } from "../../../_components/toasts.tsx";
import { useTable } from "../../../_components/use-table.ts";
import { useTRPC } from "../../../_trpc/client.tsx";
import { grantableRoles, ROLE_SENTENCES, roleLabel } from "./roles.ts";

const TABLE = { filters: {} } satisfies TableSpec;

interface Row {
  userId: string;
  name: string;
  email: string;
  role: Role;
  joinedAt: Date;
  twoFactor: boolean;
  byIdentity: boolean;
}

export function MembersTable({
  self,
  actorRole,
  mayWrite,
}: {
  self: string;
  actorRole: Role;
  mayWrite: boolean;
}) {
  const trpc = useTRPC();
  const table = useTable(TABLE);
  const members = useQuery(
    trpc.team.list.queryOptions(undefined, { select: (items) => ({ items, nextCursor: null }) }),
  );
  return (
    <DataTable<Row>
      label="Members"
      query={members}
      table={table}
      rowKey={({ userId }) => userId}
      empty={
        <EmptyState icon={IconUsers} title="Nobody yet">
          Colleagues appear here once they accept an invitation.
        </EmptyState>
      }
      columns={[
        {
          accessor: "name",
          title: "Member",
          render: ({ userId, name, email, twoFactor, byIdentity }) => (
            <Group gap="sm" wrap="nowrap">
              <PersonAvatar name={name} size={34} visibleFrom="xs" />
              <Box miw={0}>
                <Group gap={6} wrap="nowrap">
                  <Text fz="sm" fw={600}>
                    {name}
                  </Text>
                  {userId === self && (
                    <Badge color="gray" flex="none">
                      You
                    </Badge>
                  )}
                  {byIdentity && (
                    <IconId
                      size={16}
                      color="var(--mantine-color-dimmed)"
                      role="img"
                      aria-label="Signs in by the identity provider"
                    />
                  )}
                  {twoFactor && (
                    <IconShieldLock
                      size={15}
                      color="var(--mantine-color-green-6)"
                      role="img"
                      aria-label="Two-factor sign-in is on"
                    />
                  )}
                </Group>
                <Text fz="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
                  {email}
                </Text>
              </Box>
            </Group>
          ),
        },
        { accessor: "role", title: "Role", width: 112, render: ({ role }) => roleLabel(role) },
        {
          accessor: "joinedAt",
          title: "Joined",
          width: 160,
          noWrap: true,
          visibleMediaQuery: "(min-width: 48em)",
          render: ({ joinedAt }) => <RelativeTime at={joinedAt} />,
        },
        {
          accessor: "actions",
          title: "",
          width: 60,
          textAlign: "right",
          hidden: !mayWrite,
          render: (row) =>
            row.role === "owner" && actorRole !== "owner" ? null : (
              <MemberMenu row={row} isSelf={row.userId === self} actorRole={actorRole} />
            ),
        },
      ]}
    />
  );
}

function MemberMenu({ row, isSelf, actorRole }: { row: Row; isSelf: boolean; actorRole: Role }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries(trpc.team.pathFilter());
  const changeRole = useMutation(trpc.team.changeRole.mutationOptions({ onSuccess: refresh }));
  const remove = useMutation(trpc.team.remove.mutationOptions({ onSuccess: refresh }));
  const { userId, name, role: current } = row;

  function confirmRole(role: Role) {
    confirmAction({
      title: `Make ${name} ${roleLabel(role).toLowerCase()}?`,
      effects: [ROLE_SENTENCES[role], "Takes effect at their next click."],
      confirm: "Change role",
      run: async () => {
        await changeRole.mutateAsync({ userId, role });
        toastDone(`${name} is now ${roleLabel(role).toLowerCase()}.`, () =>
          changeRole.mutateAsync({ userId, role: current }),
        );
      },
    });
  }

  function confirmRemoval() {
    confirmAction({
      title: isSelf ? "Leave this team?" : `Remove ${name}?`,
      effects: [
        `Ends ${isSelf ? "your" : "their"} access at the next click, on every device.`,
        "Licenses, policies and the audit log keep everything that was done.",
      ],
      undo: "Can be undone only by a new invitation.",
      confirm: isSelf ? "Leave team" : "Remove member",
      danger: true,
      run: async () => {
        await remove.mutateAsync({ userId });
        toastDone(`${name} was removed.`);
      },
    });
  }

  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={`Actions for ${name}`}>
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Change role</Menu.Label>
        {grantableRoles(actorRole)
          .filter(({ value }) => value !== current)
          .map(({ value, label }) => (
            <Menu.Item
              key={value}
              leftSection={<IconUserShield size={16} />}
              onClick={() => confirmRole(value)}
            >
              {label}
            </Menu.Item>
          ))}
        <Menu.Divider />
        <Menu.Item color="red" leftSection={<IconUserMinus size={16} />} onClick={confirmRemoval}>
          {isSelf ? "Leave team" : "Remove"}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
