"use client";

import { Button, Card, Code, Group, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { CodeInput } from "../../../../_components/code-input.tsx";
import { FormFailure, useRefusal } from "../../../../_components/form.tsx";
import { LinkButton } from "../../../../_components/links.tsx";
import { PageHeader } from "../../../../_components/page-header.tsx";
import { suggestCode, suggestKeyPrefix } from "../../../../_components/suggest.ts";
import { toastDone } from "../../../../_components/toasts.tsx";
import { useUnsavedGuard } from "../../../../_components/use-unsaved-guard.ts";
import { useTRPC } from "../../../../_trpc/client.tsx";

const BLANK = { name: "", code: "", keyPrefix: "", description: "" };

export function NewProduct() {
  const trpc = useTRPC();
  const router = useRouter();
  const queries = useQueryClient();
  const form = useForm({ initialValues: BLANK });
  const refusal = useRefusal(form);
  const create = useMutation(
    trpc.product.create.mutationOptions({
      onError: refusal.show,
      onSuccess: async ({ id }, { name }) => {
        await queries.invalidateQueries(trpc.product.list.queryFilter());
        toastDone(`${name} was created.`);
        router.push(`/admin/products/${id}`);
      },
    }),
  );
  useUnsavedGuard(form.isDirty() && !create.isPending && !create.isSuccess);

  function rename(name: string) {
    const { name: before, code, keyPrefix } = form.getValues();
    // What a person chose stays; what only followed the name follows it further.
    if (code === suggestCode(before)) form.setFieldValue("code", suggestCode(name));
    if (keyPrefix === suggestKeyPrefix(before)) form.setFieldValue("keyPrefix", suggestKeyPrefix(name));
    form.setFieldValue("name", name);
  }

  function submit(values: typeof BLANK) {
    refusal.clear();
    create.mutate(values);
  }

  const { keyPrefix } = form.values;
  return (
    <>
      <PageHeader title="New product" crumbs={[{ label: "Products", href: "/admin/products" }]} />
      <Card maw={640}>
        <form onSubmit={form.onSubmit(submit)} noValidate>
          <Stack gap="md">
            <TextInput
              label="Name"
              description="As your customers know it."
              placeholder="Renderer"
              withAsterisk
              autoFocus
              data-path="name"
              value={form.values.name}
              error={form.errors.name}
              onChange={(event) => rename(event.currentTarget.value)}
            />
            <CodeInput
              label="Code"
              description="What your application calls it. It cannot be changed later: programs and tokens carry it."
              placeholder="renderer"
              withAsterisk
              {...form.getInputProps("code")}
            />
            <CodeInput
              label="Key prefix"
              description="Begins every license key, so that people see what a key is for. It cannot be changed later."
              placeholder="RNDR"
              withAsterisk
              {...form.getInputProps("keyPrefix")}
              onChange={(event) => form.setFieldValue("keyPrefix", event.currentTarget.value.toUpperCase())}
            />
            <Text fz="sm" c="dimmed" aria-live="polite">
              Keys will look like{" "}
              <Code style={{ overflowWrap: "anywhere" }}>
                {keyPrefix.trim() || "PREFIX"}-7Q2XM-0C93R-5EK9E-705R1-DGC7S
              </Code>
            </Text>
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
              <LinkButton variant="default" href="/admin/products">
                Cancel
              </LinkButton>
              <Button type="submit" loading={create.isPending}>
                Create product
              </Button>
            </Group>
          </Stack>
        </form>
      </Card>
    </>
  );
}
