"use client";

import { Alert, Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconDevices } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { PolicyRules } from "#server/domain/policy.ts";
import { policyDiff } from "#server/domain/policy-diff.ts";
import { FormFailure, useRefusal } from "../../../../_components/form.tsx";
import { countOf } from "../../../../_components/format.ts";
import { toastDone } from "../../../../_components/toasts.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";
import { OverrideFields, type ProductFeature } from "../override-fields.tsx";
import { asOverrides, asValues, type OverrideValues, rulesWith } from "../overrides.ts";
import type { License } from "./license.ts";

interface Props {
  close: () => void;
  license: License;
  /** Of the policy version it is under. */
  rules: PolicyRules;
  features: readonly ProductFeature[];
}

export function TermsModal({ opened, ...props }: Props & { opened: boolean }) {
  return (
    <Modal opened={opened} onClose={props.close} title="Change this license's terms" size="lg">
      <TermsForm {...props} />
    </Modal>
  );
}

function TermsForm({ close, license, rules, features }: Props) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const form = useForm<{ overrides: OverrideValues }>({
    initialValues: {
      overrides: asValues(
        license.overrides,
        rules,
        features.map(({ code }) => code),
      ),
    },
  });
  const refusal = useRefusal(form);
  const save = useMutation(
    trpc.license.setOverrides.mutationOptions({
      onError: refusal.show,
      async onSuccess() {
        await queries.invalidateQueries(trpc.license.pathFilter());
        toastDone("The terms were changed.");
        close();
      },
    }),
  );
  const overrides = asOverrides(form.values.overrides, rules, license.overrides);
  const after = rulesWith(rules, overrides);
  const changes = policyDiff(license.effective, after).length;
  const over = after.activationsMax === null ? 0 : license.activationCount - after.activationsMax;

  function submit() {
    refusal.clear();
    save.mutate({ id: license.id, overrides });
  }

  return (
    <form onSubmit={form.onSubmit(submit)} noValidate>
      <Stack gap="lg">
        <OverrideFields
          rules={rules}
          values={form.values.overrides}
          features={features}
          inputProps={(path) => form.getInputProps(`overrides.${path}`)}
        />
        {over > 0 && (
          <Alert color="copper" icon={<IconDevices size={18} />}>
            <Text fz="sm">
              {countOf(license.activationCount, "device")} {license.activationCount === 1 ? "is" : "are"} in
              use, {countOf(over, "more", "more")} than that. None is turned off; no new one is let in until
              they fit.
            </Text>
          </Alert>
        )}
        <FormFailure failure={refusal.failure} />
        <Group justify="space-between" gap="sm">
          <Text fz="sm" c="dimmed" aria-live="polite">
            {changes === 0 ? "Nothing changes." : `${countOf(changes, "term")} will change.`}
          </Text>
          <Group gap="sm">
            <Button variant="default" onClick={close} disabled={save.isPending}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending} disabled={changes === 0}>
              Save terms
            </Button>
          </Group>
        </Group>
      </Stack>
    </form>
  );
}
