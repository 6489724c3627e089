"use client";

import { Alert, Button, Group, Modal, NumberInput, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useDisclosure } from "@mantine/hooks";
import { useMutation } from "@tanstack/react-query";
import { FormFailure, useRefusal } from "../../../../_components/form.tsx";
import { formatNumber } from "../../../../_components/format.ts";
import { toastDone } from "../../../../_components/toasts.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";
import type { Account } from "../account.ts";
import { amountOf, balanceWords } from "../credit-words.ts";
import { useRefreshed } from "./use-refreshed.ts";

interface Charge {
  readonly account: Account;
  readonly of: { readonly kind: "event" | "ticket"; readonly id: string };
  readonly charged: number;
}

/** Gives back what an event or a ticket cost, wholly or in part, once. */
export function RefundButton(charge: Charge) {
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button
        size="compact-xs"
        variant="default"
        flex="none"
        onClick={open}
        aria-label={`Refund ${charge.of.id}`}
      >
        Refund
      </Button>
      {/* A page has many of these buttons, and at most one dialog. */}
      {opened && (
        <Modal
          opened
          onClose={close}
          title={`Refund ${charge.of.kind === "ticket" ? "a ticket" : "a charge"}`}
        >
          <RefundForm {...charge} close={close} />
        </Modal>
      )}
    </>
  );
}

function RefundForm({ account, of, charged, close }: Charge & { close: () => void }) {
  const trpc = useTRPC();
  const refreshed = useRefreshed();
  const form = useForm<{ amount: number | ""; reason: string }>({
    initialValues: { amount: charged, reason: "" },
    validate: {
      amount: (value) =>
        value === "" || value < 1
          ? "Enter how much to give back."
          : value > charged
            ? `It cost ${formatNumber(charged)}.`
            : null,
      reason: (value) => (value.trim() === "" ? "Say why, for whoever reads the ledger later." : null),
    },
  });
  const refusal = useRefusal(form);
  const refund = useMutation(
    trpc.balance.refund.mutationOptions({
      onError: refusal.show,
      async onSuccess({ balance }, { amount }) {
        await refreshed();
        toastDone(`${amountOf(amount, account)} given back; the balance is ${formatNumber(balance)}.`);
        close();
      },
    }),
  );
  const { amount, reason } = form.values;

  function submit() {
    refusal.clear();
    if (amount === "") return;
    const named = of.kind === "ticket" ? { ticketId: of.id } : { eventId: of.id };
    refund.mutate({ id: account.id, amount, reason, of: named });
  }

  return (
    <form onSubmit={form.onSubmit(submit)} noValidate>
      <Stack gap="md">
        <NumberInput
          label="Amount"
          description={`It cost ${amountOf(charged, account)}; a charge is refunded once.`}
          min={1}
          max={charged}
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
        <Alert color="petrol" aria-live="polite">
          <Text fz="sm">
            {balanceWords(account, Number(amount))}
            {Number(amount) < charged &&
              Number(amount) > 0 &&
              ` ${formatNumber(charged - Number(amount))} of the charge stay.`}
          </Text>
        </Alert>
        <FormFailure failure={refusal.failure} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={close} disabled={refund.isPending}>
            Cancel
          </Button>
          <Button type="submit" loading={refund.isPending}>
            Refund {amount === "" ? "" : formatNumber(amount)}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
