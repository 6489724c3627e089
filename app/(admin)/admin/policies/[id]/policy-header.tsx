"use client";

import { ActionIcon, Button, Group, Menu, Modal, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useDisclosure } from "@mantine/hooks";
import { IconArchive, IconArchiveOff, IconCopyPlus, IconDots, IconPencil } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { confirmAction } from "../../../../_components/confirm.tsx";
import { CopyText } from "../../../../_components/copy.tsx";
import { FormFailure, useRefusal } from "../../../../_components/form.tsx";
import { TextLink } from "../../../../_components/links.tsx";
import { PageHeader } from "../../../../_components/page-header.tsx";
import { StatusBadge, ToneBadge } from "../../../../_components/status-badge.tsx";
import { toastDone } from "../../../../_components/toasts.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";
import { type PolicyData, whoStays } from "./policy-data.ts";

export function PolicyHeader({ policy, mayWrite }: { policy: PolicyData; mayWrite: boolean }) {
  const [editing, { open, close }] = useDisclosure(false);
  const { code, name, description, product, archivedAt, versions, draft } = policy;
  return (
    <>
      <PageHeader
        title={name}
        crumbs={[{ label: "Policies", href: "/admin/policies" }]}
        badge={
          <>
            {archivedAt !== null && <StatusBadge status="archived" />}
            {versions[0] !== undefined && (
              <ToneBadge
                tone={archivedAt === null ? "good" : "neutral"}
                label={`Version ${versions[0].number} in force`}
              />
            )}
            {draft !== null && <StatusBadge status="draft" />}
          </>
        }
        description={description || undefined}
        actions={mayWrite && <PolicyMenu policy={policy} edit={open} />}
      />
      <Group gap="6px 24px" mb="lg" mt={-6}>
        <Text fz="sm" c="dimmed">
          For{" "}
          <TextLink href={`/admin/products/${product.id}`} fz="sm">
            {product.name}
          </TextLink>
        </Text>
        <Group gap={8}>
          <Text fz="sm" c="dimmed">
            Code
          </Text>
          <CopyText value={code} label="policy code" />
        </Group>
      </Group>
      <Modal opened={editing} onClose={close} title="Rename policy">
        <EditPolicy policy={policy} close={close} />
      </Modal>
    </>
  );
}

function PolicyMenu({ policy, edit }: { policy: PolicyData; edit: () => void }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { id, name, archivedAt, product, versions } = policy;
  const setArchived = useMutation(
    trpc.policy.setArchived.mutationOptions({
      onSuccess: () => queries.invalidateQueries(trpc.policy.pathFilter()),
    }),
  );

  function confirmArchive() {
    const staying = whoStays(versions);
    confirmAction({
      title: `Archive ${name}?`,
      effects: [
        "No new license is issued under it.",
        staying === undefined ? "No license is under it today." : `Existing licenses go on: ${staying}.`,
      ],
      undo: "You can restore it at any time.",
      confirm: "Archive policy",
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
      effects: ["Licenses can be issued under its published version again."],
      confirm: "Restore policy",
      run: async () => {
        await setArchived.mutateAsync({ id, archived: false });
        toastDone(`${name} is in use again.`);
      },
    });
  }

  return (
    <Menu position="bottom-end" width={210}>
      <Menu.Target>
        <ActionIcon variant="default" size={36} aria-label={`Actions for ${name}`}>
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconPencil size={16} />} onClick={edit}>
          Rename
        </Menu.Item>
        <Menu.Item
          component={Link}
          href={`/admin/policies/new?product=${product.id}&from=${id}`}
          leftSection={<IconCopyPlus size={16} />}
        >
          New policy from this
        </Menu.Item>
        <Menu.Divider />
        {archivedAt === null ? (
          <Menu.Item color="red" leftSection={<IconArchive size={16} />} onClick={confirmArchive}>
            Archive
          </Menu.Item>
        ) : (
          <Menu.Item leftSection={<IconArchiveOff size={16} />} onClick={confirmRestore}>
            Restore
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

function EditPolicy({ policy, close }: { policy: PolicyData; close: () => void }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { id, name, description } = policy;
  const form = useForm({ initialValues: { name, description } });
  const refusal = useRefusal(form);
  const update = useMutation(
    trpc.policy.update.mutationOptions({
      onError: refusal.show,
      onSuccess: async () => {
        await queries.invalidateQueries(trpc.policy.pathFilter());
        toastDone("Saved.");
        close();
      },
    }),
  );

  function submit(values: { name: string; description: string }) {
    refusal.clear();
    update.mutate({ id, ...values });
  }

  return (
    <form onSubmit={form.onSubmit(submit)} noValidate>
      <Stack gap="md">
        <TextInput label="Name" withAsterisk data-autofocus {...form.getInputProps("name")} />
        <Textarea
          label="Description"
          description="For your colleagues. Customers do not see it."
          autosize
          minRows={2}
          maxRows={8}
          {...form.getInputProps("description")}
        />
        <FormFailure failure={refusal.failure} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" loading={update.isPending}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
