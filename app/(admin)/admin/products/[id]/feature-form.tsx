"use client";

import { Button, Group, Input, SegmentedControl, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { CodeInput } from "../../../../_components/code-input.tsx";
import { FormFailure, useRefusal } from "../../../../_components/form.tsx";
import { suggestCode } from "../../../../_components/suggest.ts";
import { toastDone } from "../../../../_components/toasts.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";
import classes from "./catalog.module.css";
import { FEATURE_KINDS, type Feature, type FeatureKind, KIND_LOOKS } from "./feature-kinds.ts";

const BLANK: { name: string; code: string; kind: FeatureKind; description: string } = {
  name: "",
  code: "",
  kind: "flag",
  description: "",
};

/** Stays open after adding one: there are usually several. */
export function AddFeature({ productId, close }: { productId: string; close: () => void }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const form = useForm({ initialValues: BLANK });
  const refusal = useRefusal(form);
  const add = useMutation(
    trpc.product.addFeature.mutationOptions({
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

  const { kind } = form.values;
  return (
    <form
      onSubmit={form.onSubmit(submit)}
      noValidate
      aria-label="New feature"
      onKeyDown={(event) => event.key === "Escape" && close()}
    >
      <Stack gap="md">
        <div className={classes.fields}>
          <TextInput
            label="Name"
            placeholder="4K export"
            withAsterisk
            autoFocus
            {...form.getInputProps("name")}
            onChange={(event) => rename(event.currentTarget.value)}
          />
          <CodeInput label="Code" placeholder="4k-export" withAsterisk {...form.getInputProps("code")} />
        </div>
        <Input.Wrapper label="Kind" description={KIND_LOOKS[kind].sentence} error={form.errors.kind}>
          <Group mt={6}>
            <SegmentedControl
              aria-label="Kind"
              value={kind}
              onChange={(value) => form.setFieldValue("kind", value)}
              data={FEATURE_KINDS.map((value) => ({ value, label: KIND_LOOKS[value].label }))}
            />
          </Group>
        </Input.Wrapper>
        <TextInput label="Description" {...form.getInputProps("description")} />
        <Text fz="sm" c="dimmed">
          Code and kind cannot be changed later: programs and published policies rely on them.
        </Text>
        <FormFailure failure={refusal.failure} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={close}>
            {add.isSuccess ? "Done" : "Cancel"}
          </Button>
          <Button type="submit" loading={add.isPending}>
            Add feature
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

export function EditFeature({ feature, close }: { feature: Feature; close: () => void }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { id, code, name, description } = feature;
  const form = useForm({ initialValues: { name, description } });
  const refusal = useRefusal(form);
  const update = useMutation(
    trpc.product.updateFeature.mutationOptions({
      onError: refusal.show,
      onSuccess: async (_, saved) => {
        await queries.invalidateQueries(trpc.product.pathFilter());
        toastDone(`${saved.name} was saved.`);
        close();
      },
    }),
  );

  function submit(values: { name: string; description: string }) {
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
        <TextInput label="Description" {...form.getInputProps("description")} />
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
