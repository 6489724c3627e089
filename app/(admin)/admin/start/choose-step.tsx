"use client";

import { Button, Code, Group, Radio, SimpleGrid, Stack, Text, TextInput, ThemeIcon } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { START_KINDS, type StartKind } from "#server/domain/guided-start.ts";
import { FormFailure, useRefusal } from "../../../_components/form.tsx";
import { suggestCode, suggestKeyPrefix } from "../../../_components/suggest.ts";
import { useTRPC } from "../../../_trpc/client.tsx";
import { KINDS } from "./kinds.ts";
import classes from "./start.module.css";

/** What is sold, and what it is called; the rest is drafted from that. */
export function ChooseStep() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const initialValues: { kind: StartKind; product: { name: string } } = {
    kind: "desktop",
    product: { name: "" },
  };
  const form = useForm({ initialValues });
  const refusal = useRefusal(form);
  const choose = useMutation(
    trpc.start.choose.mutationOptions({
      onError: refusal.show,
      onSuccess: () => queries.invalidateQueries(trpc.start.pathFilter()),
    }),
  );
  const product = named(form.values.product.name);

  function submit({ kind, product: { name } }: typeof form.values) {
    refusal.clear();
    if (name.trim() === "") return form.setFieldError("product.name", "Enter a name.");
    choose.mutate({ kind, product: named(name) });
  }

  return (
    <form onSubmit={form.onSubmit(submit)} noValidate>
      <Stack gap="md">
        <Radio.Group
          label="What do you sell?"
          value={form.values.kind}
          onChange={(value) => {
            const kind = START_KINDS.find((each) => each === value);
            if (kind !== undefined) form.setFieldValue("kind", kind);
          }}
        >
          <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm" mt={6}>
            {KINDS.map(({ kind, name, example, icon: Glyph }) => (
              <Radio.Card key={kind} value={kind} p="md" className={classes.kind} aria-label={name}>
                <Group wrap="nowrap" align="flex-start" gap="sm">
                  <ThemeIcon variant="light" size={34} radius="md" aria-hidden>
                    <Glyph size={18} stroke={1.7} />
                  </ThemeIcon>
                  <div style={{ flex: 1, minWidth: 0 }}>
                    <Text fz="sm" fw={600}>
                      {name}
                    </Text>
                    <Text fz="xs" c="dimmed" mt={2}>
                      {example}
                    </Text>
                  </div>
                  <Radio.Indicator />
                </Group>
              </Radio.Card>
            ))}
          </SimpleGrid>
        </Radio.Group>
        <TextInput
          label="What is it called?"
          description="As your customers know it."
          placeholder="Wave Editor"
          maw={360}
          withAsterisk
          {...form.getInputProps("product.name")}
        />
        <Text fz="sm" c="dimmed" aria-live="polite">
          Programs will call it <Code>{product.code}</Code>, and its keys will begin with{" "}
          <Code>{product.keyPrefix}</Code>.
        </Text>
        <FormFailure failure={refusal.failure} />
        <Group>
          <Button type="submit" loading={choose.isPending}>
            Draft a policy
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** A name of other letters gives no code of its own. */
function named(name: string) {
  const code = suggestCode(name);
  const keyPrefix = suggestKeyPrefix(name);
  return {
    name,
    code: code.length < 2 ? "my-app" : code,
    keyPrefix: keyPrefix.length < 2 ? "APP" : keyPrefix,
  };
}
