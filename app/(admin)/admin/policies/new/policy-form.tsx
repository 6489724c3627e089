"use client";

import { Button, Group, Radio, Select, SimpleGrid, Stack, Text, TextInput, ThemeIcon } from "@mantine/core";
import { useForm } from "@mantine/form";
import { type Icon, IconCopy } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { DEFAULT_RULES, type PolicyRules } from "#server/domain/policy.ts";
import { policyStatements } from "#server/domain/policy-sentence.ts";
import { CodeInput } from "../../../../_components/code-input.tsx";
import { FormFailure, useRefusal } from "../../../../_components/form.tsx";
import { LinkButton } from "../../../../_components/links.tsx";
import { suggestCode } from "../../../../_components/suggest.ts";
import { toastDone } from "../../../../_components/toasts.tsx";
import { useUnsavedGuard } from "../../../../_components/use-unsaved-guard.ts";
import { useTRPC } from "../../../../_trpc/client.tsx";
import classes from "./new-policy.module.css";
import { TEMPLATES, type Template } from "./templates.ts";

interface Source {
  readonly name: string;
  readonly product: { readonly id: string };
  readonly draft: PolicyRules | null;
  readonly versions: readonly { readonly rules: PolicyRules }[];
}

export function PolicyForm({
  products,
  productId,
  from,
}: {
  products: readonly { readonly id: string; readonly name: string }[];
  productId: string | undefined;
  /** The policy to begin with a copy of. */
  from: Source | undefined;
}) {
  const trpc = useTRPC();
  const router = useRouter();
  const queries = useQueryClient();
  const templates = from === undefined ? TEMPLATES : [copyOf(from), ...TEMPLATES];
  const [first = TEMPLATES[0]] = templates;
  const form = useForm({
    initialValues: { productId: productId ?? "", template: first.id, name: "", code: "" },
  });
  const refusal = useRefusal(form);
  const create = useMutation(
    trpc.policy.create.mutationOptions({
      onError: refusal.show,
      onSuccess: async ({ id }, { name }) => {
        await queries.invalidateQueries(trpc.policy.list.queryFilter());
        toastDone(`${name} was created as a draft.`);
        router.push(`/admin/policies/${id}`);
      },
    }),
  );
  useUnsavedGuard(form.isDirty() && !create.isPending && !create.isSuccess);

  function rename(name: string) {
    const { name: before, code } = form.getValues();
    if (code === suggestCode(before)) form.setFieldValue("code", suggestCode(name));
    form.setFieldValue("name", name);
  }

  function submit({ template, productId: chosen, ...fields }: typeof form.values) {
    refusal.clear();
    if (chosen === "") return form.setFieldError("productId", "Choose a product.");
    const { rules } = templates.find(({ id }) => id === template) ?? first;
    create.mutate({ ...fields, productId: chosen, rules });
  }

  return (
    <form onSubmit={form.onSubmit(submit)} noValidate>
      <Stack gap="md">
        <Select
          label="Product"
          placeholder="Choose a product"
          withAsterisk
          allowDeselect={false}
          searchable={products.length > 8}
          data={products.map(({ id, name }) => ({ value: id, label: name }))}
          {...form.getInputProps("productId")}
        />
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
          <TextInput
            label="Name"
            description="As it stands on your price list."
            placeholder="Studio annual"
            withAsterisk
            autoFocus
            {...form.getInputProps("name")}
            onChange={(event) => rename(event.currentTarget.value)}
          />
          <CodeInput
            label="Code"
            description="It cannot be changed later."
            placeholder="studio-annual"
            withAsterisk
            {...form.getInputProps("code")}
          />
        </SimpleGrid>
        <Radio.Group
          label="Begin with"
          description="Every rule can be changed afterwards."
          {...form.getInputProps("template")}
        >
          <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm" mt="xs">
            {templates.map((template) => (
              <TemplateCard key={template.id} {...template} />
            ))}
          </SimpleGrid>
        </Radio.Group>
        <FormFailure failure={refusal.failure} />
        <Group justify="flex-end" gap="sm">
          <LinkButton variant="default" href="/admin/policies">
            Cancel
          </LinkButton>
          <Button type="submit" loading={create.isPending}>
            Create draft
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function TemplateCard({
  id,
  name,
  icon: Glyph,
  rules,
}: {
  id: string;
  name: string;
  icon: Icon;
  rules: PolicyRules;
}) {
  return (
    <Radio.Card value={id} p="md" className={classes.template} aria-label={name}>
      <Group wrap="nowrap" align="flex-start" gap="sm">
        <ThemeIcon variant="light" size={34} radius="md" aria-hidden>
          <Glyph size={18} stroke={1.7} />
        </ThemeIcon>
        <div style={{ flex: 1, minWidth: 0 }}>
          <Text fz="sm" fw={600}>
            {name}
          </Text>
          <Text fz="xs" c="dimmed" mt={2}>
            {whatIsSpecial(rules)}
          </Text>
        </div>
        <Radio.Indicator />
      </Group>
    </Radio.Card>
  );
}

/** For how long, on what, and whatever else is not as in any policy. */
function whatIsSpecial(rules: PolicyRules): string {
  const texts = (of: PolicyRules) => policyStatements(of).map(({ text }) => text);
  const usual = texts(DEFAULT_RULES).slice(2);
  return texts(rules)
    .filter((text) => !usual.includes(text))
    .join(" ");
}

function copyOf({ name, draft, versions }: Source): Template {
  const rules = draft ?? versions[0]?.rules ?? TEMPLATES[0].rules;
  return { id: "copy", name: `Copy of ${name}`, icon: IconCopy, rules };
}
