"use client";

import { ActionIcon, Button, Group, Menu, Modal, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useDisclosure } from "@mantine/hooks";
import { IconArchive, IconArchiveOff, IconDots, IconPencil } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { confirmAction } from "../../../../_components/confirm.tsx";
import { CopyText } from "../../../../_components/copy.tsx";
import { FormFailure, useRefusal } from "../../../../_components/form.tsx";
import { PageHeader } from "../../../../_components/page-header.tsx";
import { RelativeTime } from "../../../../_components/relative-time.tsx";
import { StatusBadge } from "../../../../_components/status-badge.tsx";
import { toastDone } from "../../../../_components/toasts.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";

interface Product {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly description: string;
  readonly keyPrefix: string;
  readonly createdAt: Date;
  readonly archivedAt: Date | null;
}

export function ProductHeader({ product, mayWrite }: { product: Product; mayWrite: boolean }) {
  const [editing, { open, close }] = useDisclosure(false);
  const { code, name, description, keyPrefix, createdAt, archivedAt } = product;
  return (
    <>
      <PageHeader
        title={name}
        crumbs={[{ label: "Products", href: "/admin/products" }]}
        badge={archivedAt !== null && <StatusBadge status="archived" />}
        description={description || undefined}
        actions={mayWrite && <ProductMenu product={product} edit={open} />}
      />
      <Group gap="6px 24px" mb="lg" mt={-6}>
        <Group gap={8}>
          <Text fz="sm" c="dimmed">
            Code
          </Text>
          <CopyText value={code} label="product code" />
        </Group>
        <Group gap={8}>
          <Text fz="sm" c="dimmed">
            Key prefix
          </Text>
          <CopyText value={keyPrefix} label="key prefix" />
        </Group>
        <Text fz="sm" c="dimmed" component="div">
          Created <RelativeTime at={createdAt} />
        </Text>
      </Group>
      <Modal opened={editing} onClose={close} title="Edit product">
        <EditProduct product={product} close={close} />
      </Modal>
    </>
  );
}

function ProductMenu({ product: { id, name, archivedAt }, edit }: { product: Product; edit: () => void }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const setArchived = useMutation(
    trpc.product.setArchived.mutationOptions({
      onSuccess: () => queries.invalidateQueries(trpc.product.pathFilter()),
    }),
  );

  function confirmArchive() {
    confirmAction({
      title: `Archive ${name}?`,
      effects: [
        "No license is issued for it, and nothing can be added to it.",
        "Licenses in customers' hands go on working.",
      ],
      undo: "You can restore it at any time.",
      confirm: "Archive product",
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
      effects: ["Licenses can be issued for it again, under its published policies."],
      confirm: "Restore product",
      run: async () => {
        await setArchived.mutateAsync({ id, archived: false });
        toastDone(`${name} is in use again.`);
      },
    });
  }

  return (
    <Group gap="xs">
      <Button variant="default" leftSection={<IconPencil size={16} />} onClick={edit}>
        Edit
      </Button>
      <Menu position="bottom-end" width={190}>
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label={`More actions for ${name}`}>
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
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
    </Group>
  );
}

function EditProduct({ product, close }: { product: Product; close: () => void }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { id, name, description } = product;
  const form = useForm({ initialValues: { name, description } });
  const refusal = useRefusal(form);
  const update = useMutation(
    trpc.product.update.mutationOptions({
      onError: refusal.show,
      onSuccess: async () => {
        await queries.invalidateQueries(trpc.product.pathFilter());
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
        <Text fz="sm" c="dimmed">
          Code and key prefix stay: programs and keys in circulation carry them.
        </Text>
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
