"use client";

import { Button, Group, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import type { Subscription } from "#server/domain/event-catalogue.ts";
import { FormFailure, useRefusal } from "../../../_components/form.tsx";
import { EventPicker } from "./event-picker.tsx";

interface Values extends Record<string, unknown> {
  url: string;
  description: string;
  events: Subscription[];
}

/** Where to send, and what. `save` rejects with the server's refusal, which is shown at the field it is about. */
export function EndpointForm({
  initial,
  submit,
  save,
  cancel,
}: {
  initial: Values;
  /** The verb on the button. */
  submit: string;
  save: (values: Values) => Promise<unknown>;
  cancel: () => void;
}) {
  const form = useForm<Values>({ initialValues: initial });
  const refusal = useRefusal(form);

  async function send(values: Values) {
    refusal.clear();
    form.setSubmitting(true);
    try {
      await save(values);
    } catch (error) {
      refusal.show(error);
    } finally {
      form.setSubmitting(false);
    }
  }

  return (
    <form onSubmit={form.onSubmit(send)} noValidate>
      <Stack gap="md">
        <TextInput
          label="Address"
          description="Where your receiver listens: HTTPS, on the public internet"
          placeholder="https://example.com/webhooks/signet"
          inputMode="url"
          spellCheck={false}
          data-autofocus
          {...form.getInputProps("url")}
        />
        <TextInput
          label="Description"
          description="Optional: what it does with what it is told"
          placeholder="Billing"
          {...form.getInputProps("description")}
        />
        <EventPicker
          value={form.values.events}
          onChange={(events) => form.setFieldValue("events", events)}
          error={form.errors.events}
        />
        <FormFailure failure={refusal.failure} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={cancel}>
            Cancel
          </Button>
          <Button type="submit" loading={form.submitting}>
            {submit}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
