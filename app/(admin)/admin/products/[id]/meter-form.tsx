"use client";

import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { CodeInput } from "../../../../_components/code-input.tsx";
import { FormFailure, useRefusal } from "../../../../_components/form.tsx";
import { suggestCode } from "../../../../_components/suggest.ts";
import { toastDone } from "../../../../_components/toasts.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";
import classes from "./catalog.module.css";

export interface Meter {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly unit: string;
  readonly archivedAt: Date | null;
}

const BLANK = { name: "", code: "", unit: "" };

/** Stays open after adding one: there are usually several. */
export function AddMeter({ productId, close }: { productId: string; close: () => void }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const form = useForm({ initialValues: BLANK });
  const refusal = useRefusal(form);
  const add = useMutation(
    trpc.product.addMeter.mutationOptions({
      onError: refusal.show,
      onSuccess: (_, { name }) => {
        toastDone(`${name} was added.`);
        form.reset();
        form.getInputNode("name")?.focus();
        return queries.invalidateQueries(trpc.product.pathFilter());
      },
    }),
  );

  function rename(name: string) {
    const { name: before, code } = form.getValues();
    if (code === suggestCode(before)) form.setFieldValue("code", suggestCode(name));
    form.setFieldValue("name", name);
  }

  function submit(values: typeof BLANK) {
    refusal.clear();
    add.mutate({ productId, ...values });
  }

  return (
    <form
      onSubmit={form.onSubmit(submit)}
      noValidate
      aria-label="New meter"
      onKeyDown={(event) => event.key === "Escape" && close()}
    >
      <Stack gap="md">
        <div className={classes.fields}>
          <TextInput
            label="Name"
            placeholder="Render minutes"
            withAsterisk
            autoFocus
            {...form.getInputProps("name")}
            onChange={(event) => rename(event.currentTarget.value)}
          />
          <CodeInput label="Code" placeholder="render-minutes" withAsterisk {...form.getInputProps("code")} />
        </div>
        <TextInput
          label="Unit"
          description="In the plural, as it is read beside a number: 600 minutes."
          placeholder="minutes"
          withAsterisk
          {...form.getInputProps("unit")}
        />
        <Text fz="sm" c="dimmed">
          The code cannot be changed later: programs and published policies rely on it.
        </Text>
        <FormFailure failure={refusal.failure} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={close}>
            {add.isSuccess ? "Done" : "Cancel"}
          </Button>
          <Button type="submit" loading={add.isPending}>
            Add meter
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

export function EditMeter({ meter, close }: { meter: Meter; close: () => void }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { id, code, name, unit } = meter;
  const form = useForm({ initialValues: { name, unit } });
  const refusal = useRefusal(form);
  const update = useMutation(
    trpc.product.updateMeter.mutationOptions({
      onError: refusal.show,
      onSuccess: async (_, saved) => {
        await queries.invalidateQueries(trpc.product.pathFilter());
        toastDone(`${saved.name} was saved.`);
        close();
      },
    }),
  );

  function submit(values: { name: string; unit: string }) {
    refusal.clear();
    update.mutate({ id, ...values });
  }

  return (
    <form
      onSubmit={form.onSubmit(submit)}
      noValidate
      aria-label={`Edit ${name}`}
      onKeyDown={(event) => event.key === "Escape" && close()}
    >
      <Stack gap="md">
        <div className={classes.fields}>
          <TextInput label="Name" withAsterisk autoFocus {...form.getInputProps("name")} />
          <CodeInput label="Code" value={code} disabled />
        </div>
        <TextInput
          label="Unit"
          description="In the plural, as it is read beside a number: 600 minutes."
          placeholder="minutes"
          withAsterisk
          {...form.getInputProps("unit")}
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
