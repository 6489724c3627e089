"use client";

import {
  Alert,
  Button,
  Group,
  Modal,
  NumberInput,
  SegmentedControl,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { DateInput } from "@mantine/dates";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { FormFailure, useRefusal } from "../../../../_components/form.tsx";
import { formatNumber } from "../../../../_components/format.ts";
import { useNow } from "../../../../_components/relative-time.tsx";
import { toastDone } from "../../../../_components/toasts.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";
import type { Account } from "../account.ts";
import { amountOf, balanceWords } from "../credit-words.ts";
import { useRefreshed } from "./use-refreshed.ts";
import "@mantine/dates/styles.layer.css";

interface Opened {
  readonly account: Account;
  readonly close: () => void;
}

/** Adds a grant to an account. */
export function AddCreditsModal({ opened, ...rest }: Opened & { opened: boolean }) {
  return (
    <Modal opened={opened} onClose={rest.close} title="Add credits">
      <AddCreditsForm {...rest} />
    </Modal>
  );
}

interface Values extends Record<string, unknown> {
  kind: "prepaid" | "promo";
  amount: number | "";
  priority: number | "";
  expiresAt: string | null;
  reason: string;
}

function AddCreditsForm({ account, close }: Opened) {
  const trpc = useTRPC();
  const refreshed = useRefreshed();
  const now = useNow();
  // One for each time the form is opened: what is sent twice from it is added once.
  const [requestId] = useState(() => crypto.randomUUID());
  const form = useForm<Values>({
    initialValues: { kind: "prepaid", amount: "", priority: 100, expiresAt: null, reason: "" },
    validate: {
      amount: (value) => (value === "" || value < 1 ? "Enter how many credits." : null),
      priority: (value) => (value === "" ? "Enter a priority; 100 is that of a period's credits." : null),
      reason: (value) => (value.trim() === "" ? "Say why, for whoever reads the ledger later." : null),
    },
  });
  const refusal = useRefusal(form);
  const grant = useMutation(
    trpc.balance.grant.mutationOptions({
      onError: refusal.show,
      async onSuccess({ balance }, { amount }) {
        await refreshed();
        toastDone(`${amountOf(amount, account)} added; the balance is ${formatNumber(balance)}.`);
        close();
      },
    }),
  );
  const { amount, kind, priority, expiresAt, reason } = form.values;

  function submit() {
    refusal.clear();
    if (amount === "" || priority === "") return;
    const until = expiresAt === null ? null : new Date(`${expiresAt}T23:59:59.999`);
    grant.mutate({ id: account.id, requestId, kind, amount, priority, expiresAt: until, reason });
  }

  return (
    <form onSubmit={form.onSubmit(submit)} noValidate>
      <Stack gap="md">
        <SegmentedControl
          fullWidth
          aria-label="Kind"
          data={[
            { value: "prepaid", label: "Prepaid" },
            { value: "promo", label: "Promotional" },
          ]}
          {...form.getInputProps("kind")}
        />
        <NumberInput
          label="Amount"
          min={1}
          allowDecimal={false}
          allowNegative={false}
          thousandSeparator=","
          data-autofocus
          {...form.getInputProps("amount")}
        />
        <Group grow align="flex-start">
          <NumberInput
            label="Priority"
            description="Lower burns first."
            min={0}
            max={1_000}
            allowDecimal={false}
            allowNegative={false}
            {...form.getInputProps("priority")}
          />
          <DateInput
            label="Last day"
            description="Empty: never expires."
            placeholder="Never"
            valueFormat="D MMM YYYY"
            minDate={now}
            clearable
            weekendDays={[]}
            {...form.getInputProps("expiresAt")}
          />
        </Group>
        <TextInput
          label="Reason"
          description="Kept in the ledger and the audit log."
          maxLength={500}
          {...form.getInputProps("reason")}
        />
        <Alert color="petrol" aria-live="polite">
          <Text fz="sm">{balanceWords(account, Number(amount))}</Text>
        </Alert>
        <FormFailure failure={refusal.failure} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={close} disabled={grant.isPending}>
            Cancel
          </Button>
          <Button type="submit" loading={grant.isPending}>
            Add {amount === "" ? "credits" : formatNumber(amount)}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
