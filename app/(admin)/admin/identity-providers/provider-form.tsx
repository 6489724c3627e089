"use client";

import { ActionIcon, Button, Group, Input, Select, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { RUNTIME_SCOPES } from "#server/domain/scopes.ts";
import { CodeBlock } from "../../../_components/code-block.tsx";
import { FormFailure, useRefusal } from "../../../_components/form.tsx";
import { SCOPE_WORDS } from "../api-keys/scope-words.ts";
import classes from "./identity-providers.module.css";
import { exampleToken, type ProviderValues, ruleError } from "./provider.ts";

const SCOPES = RUNTIME_SCOPES.map((scope) => ({ value: scope, label: SCOPE_WORDS[scope] }));

/** `save` rejects with the server's refusal, which is shown at the field it is about. */
export function ProviderForm({
  initial,
  isNew,
  known,
  save,
  cancel,
}: {
  initial: ProviderValues;
  isNew: boolean;
  known: readonly string[];
  save: (values: ProviderValues) => Promise<unknown>;
  cancel: () => void;
}) {
  const form = useForm<ProviderValues>({
    initialValues: initial,
    validate: {
      issuer: (issuer) => (known.includes(issuer.trim()) ? "This issuer is there already; edit it." : null),
      rules: {
        value: (_value, { rules }, path) => ruleError(rules, Number(path.split(".").at(1))),
      },
    },
  });
  const refusal = useRefusal(form);
  const { rules } = form.values;

  async function send(values: ProviderValues) {
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
          label="Issuer"
          description="Exactly as its tokens say it in iss, with or without the last slash"
          placeholder="https://login.example.com/realms/acme"
          inputMode="url"
          spellCheck={false}
          readOnly={!isNew}
          data-autofocus={isNew}
          {...form.getInputProps("issuer")}
        />
        <TextInput
          label="Address of its keys (JWKS)"
          description="jwks_uri in its /.well-known/openid-configuration; on the public internet, over HTTPS"
          placeholder="https://login.example.com/realms/acme/protocol/openid-connect/certs"
          inputMode="url"
          spellCheck={false}
          data-autofocus={!isNew}
          {...form.getInputProps("jwksUrl")}
        />
        <Group grow align="flex-start">
          <TextInput
            label="Audience"
            description="What aud must be, or contain: tokens made for another service are refused"
            spellCheck={false}
            {...form.getInputProps("audience")}
          />
          <TextInput
            label="Claim"
            description="Which claim says what the bearer may do: words or a list"
            spellCheck={false}
            {...form.getInputProps("scopeClaim")}
          />
        </Group>
        <Input.Wrapper label="What the claim's values allow" error={form.errors.scopeMap}>
          <Stack gap={8} mt={6}>
            {rules.map((_rule, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place; its text is what is being typed.
              <div key={index} className={classes.line}>
                <TextInput
                  aria-label={`Value ${index + 1}`}
                  placeholder="signet:usage"
                  spellCheck={false}
                  {...form.getInputProps(`rules.${index}.value`)}
                />
                <Select
                  aria-label={`What value ${index + 1} allows`}
                  data={SCOPES}
                  allowDeselect={false}
                  {...form.getInputProps(`rules.${index}.scope`)}
                />
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  size={36}
                  aria-label={`Remove value ${index + 1}`}
                  disabled={rules.length === 1}
                  onClick={() => form.removeListItem("rules", index)}
                >
                  <IconTrash size={16} />
                </ActionIcon>
              </div>
            ))}
            <Group>
              <Button
                size="xs"
                variant="default"
                leftSection={<IconPlus size={14} />}
                onClick={() => form.insertListItem("rules", { value: "", scope: "balances:read" })}
              >
                Another value
              </Button>
            </Group>
          </Stack>
        </Input.Wrapper>
        <div>
          <Text fz="sm" fw={500} mb={4}>
            A token like this will be taken
          </Text>
          <CodeBlock label="Example token" code={exampleToken(form.values)} />
        </div>
        <FormFailure failure={refusal.failure} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={cancel}>
            Cancel
          </Button>
          <Button type="submit" loading={form.submitting}>
            {isNew ? "Add provider" : "Save changes"}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
