"use client";

import { ActionIcon, Menu } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconArchive, IconArchiveOff, IconDots, IconPencil } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { confirmAction } from "../../../../_components/confirm.tsx";
import { countOf } from "../../../../_components/format.ts";
import { toastDone } from "../../../../_components/toasts.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";
import { EditCustomerModal } from "../customer-form.tsx";
import type { Customer } from "./customer.ts";

export function CustomerActions({ customer }: { customer: Customer }) {
  const { id, name, email, note, archivedAt, members, licenses } = customer;
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [editing, { open, close }] = useDisclosure(false);
  const setArchived = useMutation(
    trpc.customer.setArchived.mutationOptions({
      onSuccess: () => queries.invalidateQueries(trpc.customer.pathFilter()),
    }),
  );

  function confirmArchive() {
    const count = `${countOf(licenses.count, "license")}${licenses.capped ? " or more" : ""}`;
    confirmAction({
      title: `Archive ${name}?`,
      effects: [
        `${count.charAt(0).toUpperCase()}${count.slice(1)} ${licenses.count === 1 ? "goes" : "go"} on working; no new one can be issued.`,
        ...(members.length > 0
          ? [`Ends the portal access of ${countOf(members.length, "person", "people")}.`]
          : []),
      ],
      undo: "You can restore it at any time.",
      confirm: "Archive customer",
      danger: true,
      run: async () => {
        await setArchived.mutateAsync({ id, archived: true });
        toastDone(`${name} was archived.`, () => setArchived.mutateAsync({ id, archived: false }));
      },
    });
  }

  function confirmRestore() {
    confirmAction({
      title: `Restore ${name}?`,
      effects: [
        "Licenses can be issued to it again.",
        ...(members.length > 0 ? [`${countOf(members.length, "person", "people")} can sign in again.`] : []),
      ],
      confirm: "Restore customer",
      run: async () => {
        await setArchived.mutateAsync({ id, archived: false });
        toastDone(`${name} was restored.`);
      },
    });
  }

  return (
    <>
      <Menu position="bottom-end" width={190}>
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label={`Actions for ${name}`}>
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconPencil size={16} />} onClick={open}>
            Edit
          </Menu.Item>
          {archivedAt === null ? (
            <Menu.Item color="red" leftSection={<IconArchive size={16} />} onClick={confirmArchive}>
              Archive …
            </Menu.Item>
          ) : (
            <Menu.Item leftSection={<IconArchiveOff size={16} />} onClick={confirmRestore}>
              Restore …
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <EditCustomerModal
        opened={editing}
        close={close}
        id={id}
        initial={{ name, email: email ?? "", note }}
      />
    </>
  );
}
