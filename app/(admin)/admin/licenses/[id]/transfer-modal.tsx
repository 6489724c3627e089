"use client";

import { Button, Group, List, Modal, Radio, Skeleton, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ErrorState } from "../../../../_components/error-state.tsx";
import { FormFailure, useRefusal } from "../../../../_components/form.tsx";
import { countOf } from "../../../../_components/format.ts";
import { toastDone } from "../../../../_components/toasts.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";
import { CustomerSelect } from "../../customers/customer-select.tsx";
import { type TransferImpact, transferEffects } from "./effects.ts";
import type { License } from "./license.ts";

/** Gives the license to another customer, and says in numbers what goes with it. */
export function TransferModal({
  opened,
  close,
  license,
}: {
  opened: boolean;
  close: () => void;
  license: License;
}) {
  return (
    <Modal opened={opened} onClose={close} title="Transfer this license">
      <Asked close={close} license={license} />
    </Modal>
  );
}

/** The numbers as they are now, not as they were when the page was opened. */
function Asked({ close, license }: { close: () => void; license: License }) {
  const trpc = useTRPC();
  const impact = useQuery(
    trpc.license.impact.queryOptions(
      { id: license.id },
      { staleTime: 0, gcTime: 0, refetchOnMount: "always" },
    ),
  );
  if (impact.data !== undefined) return <TransferForm close={close} license={license} impact={impact.data} />;
  if (impact.error)
    return <ErrorState error={impact.error} retry={() => impact.refetch()} busy={impact.isFetching} />;
  return (
    <Stack gap="md" role="status" aria-label="Loading">
      <Skeleton height={60} />
      <Skeleton height={90} />
    </Stack>
  );
}

interface Values extends Record<string, unknown> {
  customerId: string | null;
  devices: "keep" | "deactivate";
  reason: string;
}

function TransferForm({
  close,
  license,
  impact,
}: {
  close: () => void;
  license: License;
  impact: TransferImpact;
}) {
  const { id, customer } = license;
  const trpc = useTRPC();
  const queries = useQueryClient();
  const form = useForm<Values>({
    initialValues: { customerId: null, devices: "keep", reason: "" },
    validate: { customerId: (value) => (value === null ? "Choose who gets it." : null) },
  });
  const refusal = useRefusal(form);
  const { customerId, devices } = form.values;
  const receiver = useQuery(
    trpc.customer.get.queryOptions({ id: customerId ?? "" }, { enabled: customerId !== null }),
  );
  const transfer = useMutation(
    trpc.license.transfer.mutationOptions({
      onError: refusal.show,
      async onSuccess() {
        await queries.invalidateQueries();
        toastDone(`The license is ${receiver.data?.name ?? "the other customer"}'s now.`);
        close();
      },
    }),
  );

  function submit(values: Values) {
    if (values.customerId === null) return;
    refusal.clear();
    transfer.mutate({ ...values, id, fromCustomerId: customer.id, customerId: values.customerId });
  }

  return (
    <form onSubmit={form.onSubmit(submit)} noValidate>
      <Stack gap="md">
        <CustomerSelect
          label="New customer"
          description={`It is ${customer.name}'s now.`}
          placeholder="Search by name or e-mail"
          except={customer.id}
          data-autofocus
          {...form.getInputProps("customerId")}
          value={customerId}
        />
        {impact.devices > 0 && (
          <Radio.Group
            label={`What becomes of its ${countOf(impact.devices, "device")}?`}
            {...form.getInputProps("devices")}
          >
            <Stack gap="xs" mt={6}>
              <Radio
                value="keep"
                label="Keep them"
                description="The same people go on: a company was renamed, merged, or pays through another."
              />
              <Radio
                value="deactivate"
                label="Deactivate them"
                description="Others will use it: it was sold, or handed back and given on."
              />
            </Stack>
          </Radio.Group>
        )}
        <List spacing={6} fz="sm" aria-label="What it does" aria-live="polite">
          {transferEffects(license, impact, {
            deactivates: devices === "deactivate",
            receiver: receiver.data && { name: receiver.data.name, people: receiver.data.members.length },
          }).map((effect) => (
            <List.Item key={effect}>{effect}</List.Item>
          ))}
        </List>
        <TextInput
          label="Reason"
          description="Optional; kept in the audit log."
          maxLength={500}
          {...form.getInputProps("reason")}
        />
        <FormFailure failure={refusal.failure} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={close} disabled={transfer.isPending}>
            Cancel
          </Button>
          <Button type="submit" loading={transfer.isPending}>
            Transfer license
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
