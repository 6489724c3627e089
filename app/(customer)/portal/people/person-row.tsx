"use client";

import { ActionIcon, Box, Select, Text, Tooltip } from "@mantine/core";
import { IconUserMinus } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { CUSTOMER_ROLES, type CustomerRole } from "#server/domain/actor.ts";
import type { AppRouter } from "#server/trpc/router.ts";
import { confirmAction } from "../../../_components/confirm.tsx";
import { PersonAvatar } from "../../../_components/person-avatar.tsx";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import { toastDone, toastFailed } from "../../../_components/toasts.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import classes from "./people.module.css";
import { ROLE_OPTIONS, ROLE_WORDS } from "./roles.ts";

type Person = inferRouterOutputs<AppRouter>["portal"]["people"]["list"][number];

/** One person: what they are here, and for managers the way to change that. */
export function PersonRow({
  person,
  isSelf,
  mayWrite,
}: {
  person: Person;
  isSelf: boolean;
  mayWrite: boolean;
}) {
  const { userId, name, email, role, joinedAt } = person;
  const trpc = useTRPC();
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries(trpc.portal.people.pathFilter());
  const changeRole = useMutation(trpc.portal.people.changeRole.mutationOptions({ onSettled: refresh }));
  const remove = useMutation(trpc.portal.people.remove.mutationOptions({ onSuccess: refresh }));

  async function change(to: CustomerRole) {
    if (to === role) return;
    if (isSelf) return confirmStepDown(to);
    try {
      await changeRole.mutateAsync({ userId, role: to });
      toastDone(`${name} is a ${to} now.`, () => changeRole.mutateAsync({ userId, role }));
    } catch (error) {
      toastFailed(error);
    }
  }

  /** Whoever takes the manager's role from themselves cannot give it back. */
  function confirmStepDown(to: CustomerRole) {
    confirmAction({
      title: "Give up being a manager?",
      effects: [
        "You no longer see keys, free devices and seats, or invite people.",
        "Only another manager can make you one again.",
      ],
      confirm: `Become a ${to}`,
      danger: true,
      run: async () => {
        await changeRole.mutateAsync({ userId, role: to });
        window.location.reload();
      },
    });
  }

  function confirmRemoval() {
    confirmAction({
      title: isSelf ? "Leave?" : `Remove ${name}?`,
      effects: [
        `Ends ${isSelf ? "your" : "their"} access to these licenses at the next click.`,
        "Devices stay activated, and seats are kept until they are given back.",
      ],
      undo: "Can be undone only by a new invitation.",
      confirm: isSelf ? "Leave" : "Remove person",
      danger: true,
      run: async () => {
        await remove.mutateAsync({ userId });
        toastDone(`${name} was removed.`);
      },
    });
  }

  return (
    <li className={classes.row}>
      <PersonAvatar name={name} size={36} />
      <Box className={classes.who}>
        <Text fz="sm" fw={600}>
          {name}
          {isSelf && (
            <Text span fz="xs" c="dimmed">
              {" "}
              you
            </Text>
          )}
        </Text>
        <Text fz="xs" c="dimmed" component="div" style={{ overflowWrap: "anywhere" }}>
          {email} · since <RelativeTime at={joinedAt} />
        </Text>
      </Box>
      {mayWrite ? (
        <>
          <Select
            size="xs"
            w={118}
            aria-label={`Role of ${name}`}
            data={ROLE_OPTIONS}
            value={role}
            allowDeselect={false}
            disabled={changeRole.isPending}
            onChange={(value) => {
              const to = CUSTOMER_ROLES.find((each) => each === value);
              if (to !== undefined) void change(to);
            }}
          />
          <Tooltip label={isSelf ? "Leave" : `Remove ${name}`}>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={isSelf ? "Leave" : `Remove ${name}`}
              onClick={confirmRemoval}
            >
              <IconUserMinus size={17} />
            </ActionIcon>
          </Tooltip>
        </>
      ) : (
        <Text fz="sm" c="dimmed">
          {ROLE_WORDS[role].label}
        </Text>
      )}
    </li>
  );
}
