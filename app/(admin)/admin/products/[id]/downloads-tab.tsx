"use client";

import {
  ActionIcon,
  Badge,
  Box,
  Button,
  Card,
  Group,
  Stack,
  Text,
  TextInput,
  ThemeIcon,
} from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconDownload, IconPlus, IconTrash } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { useState } from "react";
import type { AppRouter } from "#server/trpc/router.ts";
import { confirmAction } from "../../../../_components/confirm.tsx";
import { EmptyState } from "../../../../_components/empty-state.tsx";
import { ErrorState } from "../../../../_components/error-state.tsx";
import { FormFailure, useRefusal } from "../../../../_components/form.tsx";
import { TableSkeleton } from "../../../../_components/table-skeleton.tsx";
import { toastDone } from "../../../../_components/toasts.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";
import classes from "./catalog.module.css";

type Download = inferRouterOutputs<AppRouter>["product"]["downloads"][number];

const LEAD =
  "Where customers get the program. Whoever has a license of this product in force sees these links under Downloads.";
const BLANK = { name: "", version: "", platform: "", url: "" };

/** Where a product's customers get its program. */
export function DownloadsTab({ productId, mayWrite }: { productId: string; mayWrite: boolean }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.product.downloads.queryOptions({ productId }));
  const [adding, setAdding] = useState(false);
  const add = (
    <Button leftSection={<IconPlus size={18} />} onClick={() => setAdding(true)}>
      Add download
    </Button>
  );
  if (query.data === undefined)
    return (
      <Card padding={0}>
        {query.error ? (
          <ErrorState error={query.error} retry={() => query.refetch()} busy={query.isFetching} />
        ) : (
          <TableSkeleton columns={2} rows={3} />
        )}
      </Card>
    );
  if (query.data.length === 0 && !adding)
    return (
      <Card padding={0}>
        <EmptyState icon={IconDownload} title="Nothing to download yet" action={mayWrite && add}>
          {LEAD}
        </EmptyState>
      </Card>
    );
  return (
    <Card padding={0}>
      <Group justify="space-between" px="md" py="sm" gap="sm">
        <Text fz="sm" c="dimmed" flex="1 1 16rem" maw="42rem">
          {LEAD}
        </Text>
        {mayWrite && !adding && add}
      </Group>
      <ul className={`${classes.list} ${classes.head}`}>
        {adding && (
          <li className={classes.form}>
            <AddDownload productId={productId} close={() => setAdding(false)} />
          </li>
        )}
        {query.data.map((download) => (
          <Row key={download.id} download={download} mayWrite={mayWrite} />
        ))}
      </ul>
    </Card>
  );
}

function Row({ download, mayWrite }: { download: Download; mayWrite: boolean }) {
  const { id, name, version, platform, url } = download;
  const trpc = useTRPC();
  const queries = useQueryClient();
  const remove = useMutation(
    trpc.product.removeDownload.mutationOptions({
      onSuccess: () => queries.invalidateQueries(trpc.product.downloads.pathFilter()),
    }),
  );

  function confirmRemoval() {
    confirmAction({
      title: `Remove ${name}${version && ` ${version}`}?`,
      effects: ["Customers no longer see this link.", "The file itself stays where it is."],
      confirm: "Remove download",
      danger: true,
      run: async () => {
        await remove.mutateAsync({ id });
        toastDone(`${name} was removed.`);
      },
    });
  }

  return (
    <li className={classes.row}>
      <ThemeIcon variant="light" size={34} radius="md" aria-hidden>
        <IconDownload size={18} stroke={1.7} />
      </ThemeIcon>
      <Box miw={0}>
        <Group gap="4px 8px">
          <Text fz="sm" fw={600} style={{ overflowWrap: "anywhere" }}>
            {name} {version}
          </Text>
          {platform && <Badge color="gray">{platform}</Badge>}
        </Group>
        <Text fz="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
          {url}
        </Text>
      </Box>
      {mayWrite && (
        <ActionIcon
          variant="subtle"
          color="gray"
          onClick={confirmRemoval}
          aria-label={`Remove ${name} ${version}`.trim()}
        >
          <IconTrash size={18} />
        </ActionIcon>
      )}
    </li>
  );
}

/** Stays open after adding one: there is usually one for each platform. */
function AddDownload({ productId, close }: { productId: string; close: () => void }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const form = useForm({ initialValues: BLANK });
  const refusal = useRefusal(form);
  const add = useMutation(
    trpc.product.addDownload.mutationOptions({
      onError: refusal.show,
      onSuccess: (_, { name }) => {
        toastDone(`${name} was added.`);
        form.reset();
        form.getInputNode("name")?.focus();
        return queries.invalidateQueries(trpc.product.downloads.pathFilter());
      },
    }),
  );

  function submit(values: typeof BLANK) {
    refusal.clear();
    add.mutate({ productId, ...values });
  }

  return (
    <form
      onSubmit={form.onSubmit(submit)}
      noValidate
      aria-label="New download"
      onKeyDown={(event) => event.key === "Escape" && close()}
    >
      <Stack gap="md">
        <div className={classes.fields}>
          <TextInput
            label="Name"
            placeholder="Renderer for Linux"
            withAsterisk
            autoFocus
            {...form.getInputProps("name")}
          />
          <TextInput label="Version" placeholder="4.2.0" {...form.getInputProps("version")} />
        </div>
        <div className={classes.fields}>
          <TextInput label="Platform" placeholder="Linux x64" {...form.getInputProps("platform")} />
          <TextInput
            label="Address"
            type="url"
            placeholder="https://downloads.example.com/renderer.deb"
            withAsterisk
            {...form.getInputProps("url")}
          />
        </div>
        <FormFailure failure={refusal.failure} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={close}>
            {add.isSuccess ? "Done" : "Cancel"}
          </Button>
          <Button type="submit" loading={add.isPending}>
            Add download
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
