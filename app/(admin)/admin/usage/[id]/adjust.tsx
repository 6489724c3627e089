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
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { FormFailure, useRefusal } from "../../../../_components/form.tsx";
import { formatNumber } from "../../../../_components/format.ts";
import { toastDone } from "../../../../_components/toasts.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";
import type { Account } from "../account.ts";
import { amountOf, balanceWords, takableOf } from "../credit-words.ts";
import { useRefreshed } from "./use-refreshed.ts";

interface Opened {
  readonly account: Account;
  readonly close: () => void;
}

/** Corrects a balance, up or down. */
export function AdjustModal({ opened, ...rest }: Opened & { opened: boolean }) {
  return (
    <Modal opened={opened} onClose={rest.close} title="Adjust the balance">
      <AdjustForm {...rest} />
    </Modal>
  );
}

interface Values extends Record<string, unknown> {
  way: "take" | "give";
  amount: number | "";
  reason: string;
}

function AdjustForm({ account, close }: Opened) {
  const trpc = useTRPC();
  const refreshed = useRefreshed();
  // One for each time the form is opened: what is sent twice from it is done once.
  const [requestId] = useState(() => crypto.randomUUID());
  const takable = takableOf(account);
  const form = useForm<Values>({
    initialValues: { way: "take", amount: "", reason: "" },
    validate: {
      amount: (value, { way }) =>
        value === "" || value < 1
          ? "Enter how much."
          : way === "take" && value > takable
            ? `At most ${formatNumber(takable)} can be taken.`
            : null,
      reason: (value) => (value.trim() === "" ? "Say why, for whoever reads the ledger later." : null),
    },
  });
  const refusal = useRefusal(form);
  const adjust = useMutation(
    trpc.balance.adjust.mutationOptions({
      onError: refusal.show,
      async onSuccess({ balance }) {
        await refreshed();
        toastDone(`The balance is ${amountOf(balance, account)}.`);
        close();
      },
    }),
  );
  const { way, amount, reason } = form.values;
  const change = (way === "take" ? -1 : 1) * Number(amount);

  function submit() {
    refusal.clear();
    adjust.mutate({ id: account.id, requestId, amount: change, reason });
  }

  return (
    <form onSubmit={form.onSubmit(submit)} noValidate>
      <Stack gap="md">
        <SegmentedControl
          fullWidth
          aria-label="Direction"
          data={[
            { value: "take", label: "Take credits" },
            { value: "give", label: "Give credits" },
          ]}
          {...form.getInputProps("way")}
        />
        <NumberInput
          label="Amount"
          {...(way === "take"
            ? {
                description: `At most ${amountOf(takable, account)}${account.overdraft > 0 ? ", overdraft included" : ""}.`,
              }
            : { description: "To sell or give credits with an expiry or a priority, add credits instead." })}
          min={1}
          allowDecimal={false}
          allowNegative={false}
          thousandSeparator=","
          data-autofocus
          {...form.getInputProps("amount")}
        />
        <TextInput
          label="Reason"
          description="Kept in the ledger and the audit log."
          maxLength={500}
          {...form.getInputProps("reason")}
        />
        <Alert color={change < 0 ? "yellow" : "petrol"} aria-live="polite">
          <Text fz="sm">{balanceWords(account, change)}</Text>
        </Alert>
        <FormFailure failure={refusal.failure} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={close} disabled={adjust.isPending}>
            Cancel
          </Button>
          <Button type="submit" loading={adjust.isPending} {...(way === "take" ? { color: "red" } : {})}>
            {way === "take" ? "Take" : "Give"} {amount === "" ? "" : formatNumber(amount)}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
