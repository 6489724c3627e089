"use client";

import {
  Button,
  Card,
  Collapse,
  Grid,
  Group,
  NumberInput,
  Select,
  Stack,
  Textarea,
  UnstyledButton,
} from "@mantine/core";
import { DateInput } from "@mantine/dates";
import { useForm } from "@mantine/form";
import { useDisclosure } from "@mantine/hooks";
import { IconChevronDown, IconChevronRight, IconPlus } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import { describeFailure } from "../../../../_components/failure.ts";
import { FormFailure, useRefusal } from "../../../../_components/form.tsx";
import { countOf } from "../../../../_components/format.ts";
import { useTRPC } from "../../../../_trpc/client.tsx";
import { CreateCustomerModal } from "../../customers/customer-form.tsx";
import { CustomerSelect } from "../../customers/customer-select.tsx";
import { OverrideFields } from "../override-fields.tsx";
import { asOverrides, noOverrides, type OverrideValues, rulesWith } from "../overrides.ts";
import { GrantPreview } from "./grant-preview.tsx";
import type { Issued } from "./issued-keys.tsx";
import "@mantine/dates/styles.layer.css";

/** More than these are issued step by step, and their keys are handed out as a file. */
const SHOWN_AT_ONCE_MAX = 100;

interface PolicyChoice {
  readonly id: string;
  readonly name: string;
  readonly product: { readonly id: string; readonly name: string };
}

interface Values extends Record<string, unknown> {
  customerId: string | null;
  policyId: string | null;
  count: number | "";
  note: string;
  /** A day, or null: the moment of issue. */
  startsAt: string | null;
  overrides: OverrideValues;
}

export function IssueForm({
  policies,
  customerId,
  policyId,
  onIssued,
}: {
  policies: readonly PolicyChoice[];
  customerId: string | null;
  policyId: string | null;
  onIssued: (issued: Issued) => void;
}) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const router = useRouter();
  // One form issues once, however often it is sent.
  const [requestId] = useState(() => crypto.randomUUID());
  const [creating, { open: openCreate, close: closeCreate }] = useDisclosure(false);
  const [more, { toggle: toggleMore, open: openMore }] = useDisclosure(false);
  const only = policies.length === 1 ? (policies[0]?.id ?? null) : null;
  const known = policies.some(({ id }) => id === policyId) ? policyId : only;
  const form = useForm<Values>({
    initialValues: {
      customerId,
      policyId: known,
      count: 1,
      note: "",
      startsAt: null,
      overrides: noOverrides([]),
    },
    validate: {
      customerId: (value) => (value === null ? "Choose who gets the license." : null),
      policyId: (value) => (value === null ? "Choose a policy." : null),
      count: (value) => (value === "" ? "Enter how many." : null),
    },
  });
  const refusal = useRefusal(form);
  const { values } = form;
  const chosen = policies.find(({ id }) => id === values.policyId);
  const policy = useQuery(
    trpc.policy.get.queryOptions({ id: chosen?.id ?? "" }, { enabled: chosen !== undefined }),
  );
  const product = useQuery(
    trpc.product.get.queryOptions({ id: chosen?.product.id ?? "" }, { enabled: chosen !== undefined }),
  );
  const version = chosen === undefined ? undefined : policy.data?.versions[0];
  const features = chosen === undefined ? undefined : product.data?.features;
  const overrides = version && asOverrides(values.overrides, version.rules);

  // Another policy has other features and other values to override.
  // biome-ignore lint/correctness/useExhaustiveDependencies: begins afresh when the features do, not when the form changes.
  useEffect(() => {
    form.setFieldValue("overrides", noOverrides((features ?? []).map(({ code }) => code)));
  }, [features]);

  function refuse(error: unknown) {
    // Else the field that is wrong would be hidden.
    if (describeFailure(error).errors.some(({ pointer }) => /^\/(overrides|startsAt)/.test(pointer)))
      openMore();
    refusal.show(error);
  }
  const issue = useMutation(
    trpc.license.issue.mutationOptions({
      onError: refuse,
      onSuccess({ licenses }) {
        onIssued({ licenses, productName: chosen?.product.name ?? "" });
        return queries.invalidateQueries();
      },
    }),
  );

  const issueMany = useMutation(
    trpc.licenseBatch.issueMany.mutationOptions({
      onError: refuse,
      onSuccess: ({ id }) => router.push(`/admin/licenses/batches/${id}`),
    }),
  );

  function submit({ customerId: customer, policyId: under, count, note, startsAt }: Values) {
    if (customer === null || under === null || count === "") return;
    refusal.clear();
    const starts = startsAt === null ? {} : { startsAt: new Date(`${startsAt}T00:00:00`) };
    const request = {
      customerId: customer,
      policyId: under,
      count,
      note,
      overrides: overrides ?? {},
      ...starts,
      requestId,
    };
    if (count > SHOWN_AT_ONCE_MAX) issueMany.mutate(request);
    else issue.mutate(request);
  }

  return (
    <form onSubmit={form.onSubmit(submit)} noValidate>
      <Grid gap="lg" align="flex-start">
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Card>
            <Stack gap="lg">
              <Group gap="xs" align="flex-end" wrap="nowrap">
                <CustomerSelect
                  flex={1}
                  label="Customer"
                  placeholder="Search by name or e-mail"
                  {...form.getInputProps("customerId")}
                  value={values.customerId}
                />
                <Button
                  variant="default"
                  leftSection={<IconPlus size={16} />}
                  onClick={openCreate}
                  mb={form.errors.customerId ? 22 : 0}
                  flex="none"
                >
                  New
                </Button>
              </Group>
              <Select
                label="Policy"
                placeholder="Choose what is granted"
                data={grouped(policies)}
                allowDeselect={false}
                searchable
                {...form.getInputProps("policyId")}
              />
              <NumberInput
                label="How many"
                description="Up to 10,000; each gets a key of its own."
                min={1}
                max={10_000}
                thousandSeparator=","
                allowDecimal={false}
                allowNegative={false}
                w={{ base: "100%", xs: 160 }}
                {...form.getInputProps("count")}
              />
              <Textarea
                label="Note"
                description="To find it again: an order number, a project. Only your team sees it."
                autosize
                minRows={1}
                maxRows={6}
                {...form.getInputProps("note")}
              />
              <div>
                <UnstyledButton
                  onClick={toggleMore}
                  aria-expanded={more}
                  aria-controls="issue-more"
                  fz="sm"
                  fw={600}
                  c="var(--mantine-color-anchor)"
                >
                  <Group gap={4} component="span">
                    {more ? <IconChevronDown size={16} /> : <IconChevronRight size={16} />}
                    Change the start or the terms for this license
                  </Group>
                </UnstyledButton>
                <Collapse expanded={more} id="issue-more">
                  <Stack gap="lg" pt="md">
                    {version?.rules.validFrom === "first_activation" ? null : (
                      <DateInput
                        label="Starts on"
                        placeholder="Now"
                        clearable
                        weekendDays={[]}
                        valueFormat="D MMM YYYY"
                        w={{ base: "100%", xs: 200 }}
                        {...form.getInputProps("startsAt")}
                      />
                    )}
                    {version && features?.every(({ code }) => code in values.overrides.features) && (
                      <OverrideFields
                        rules={version.rules}
                        values={values.overrides}
                        features={features}
                        inputProps={(path) => form.getInputProps(`overrides.${path}`)}
                      />
                    )}
                  </Stack>
                </Collapse>
              </div>
              <FormFailure failure={refusal.failure} />
              <Group gap="sm">
                <Button type="submit" loading={issue.isPending || issueMany.isPending || issueMany.isSuccess}>
                  {Number(values.count) > 1
                    ? `Issue ${countOf(Number(values.count), "license")}`
                    : "Issue license"}
                </Button>
              </Group>
            </Stack>
          </Card>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <GrantPreview
            policyName={chosen?.name}
            productName={chosen?.product.name}
            versionNumber={version?.number}
            rules={version && rulesWith(version.rules, overrides ?? {})}
            changed={Object.keys(overrides ?? {}).length}
            product={product.data}
          />
        </Grid.Col>
      </Grid>
      <CreateCustomerModal
        opened={creating}
        close={closeCreate}
        onCreated={({ id }) => {
          form.setFieldValue("customerId", id);
          closeCreate();
        }}
      />
    </form>
  );
}

function grouped(policies: readonly PolicyChoice[]) {
  const products = Map.groupBy(policies, ({ product }) => product.name);
  return [...products].map(([group, of]) => ({
    group,
    items: of.map(({ id, name }) => ({ value: id, label: name })),
  }));
}
