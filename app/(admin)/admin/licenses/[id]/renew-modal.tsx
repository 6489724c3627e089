"use client";

import { Alert, Button, Group, Modal, NumberInput, SegmentedControl, Stack, Text } from "@mantine/core";
import { DateInput } from "@mantine/dates";
import { useForm } from "@mantine/form";
import { IconCalendarCheck } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { renewedEnd } from "#server/domain/license-terms.ts";
import { FormFailure, useRefusal } from "../../../../_components/form.tsx";
import { formatDay } from "../../../../_components/format.ts";
import { useNow } from "../../../../_components/relative-time.tsx";
import { toastDone } from "../../../../_components/toasts.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";
import type { License } from "./license.ts";
import "@mantine/dates/styles.layer.css";

interface Values extends Record<string, unknown> {
  by: "days" | "until";
  days: number | "";
  until: string | null;
}

const DAYS_DEFAULT = 365;

export function RenewModal({
  opened,
  close,
  license,
}: {
  opened: boolean;
  close: () => void;
  license: License;
}) {
  return (
    <Modal opened={opened} onClose={close} title="Renew this license">
      <RenewForm close={close} license={license} />
    </Modal>
  );
}

function RenewForm({ close, license }: { close: () => void; license: License }) {
  const { id, expiresAt, effective, customer } = license;
  const trpc = useTRPC();
  const queries = useQueryClient();
  const now = useNow();
  const form = useForm<Values>({
    initialValues: { by: "days", days: effective.durationDays ?? DAYS_DEFAULT, until: null },
    validate: {
      days: (value, { by }) => (by === "days" && value === "" ? "Enter how many days to add." : null),
      until: (value, { by }) => (by === "until" && value === null ? "Choose a day." : null),
    },
  });
  const refusal = useRefusal(form);
  const renew = useMutation(
    trpc.license.renew.mutationOptions({
      onError: refusal.show,
      async onSuccess(changed) {
        await queries.invalidateQueries(trpc.license.pathFilter());
        const until = changed.expiresAt === null ? "" : ` until ${formatDay(changed.expiresAt)}`;
        toastDone(`${customer.name}'s license was renewed${until}.`);
        close();
      },
    }),
  );
  const { by, days, until } = form.values;
  const earliest = expiresAt !== null && expiresAt > now ? expiresAt : now;
  const end = newEnd(form.values, expiresAt, now);

  function submit() {
    refusal.clear();
    if (by === "days" && days !== "") renew.mutate({ id, days });
    else if (by === "until" && until !== null) renew.mutate({ id, until: endOfDay(until) });
  }

  return (
    <form onSubmit={form.onSubmit(submit)} noValidate>
      <Stack gap="md">
        <SegmentedControl
          fullWidth
          aria-label="Renew by"
          data={[
            { value: "days", label: "Add days" },
            { value: "until", label: "Until a day" },
          ]}
          {...form.getInputProps("by")}
        />
        {by === "days" ? (
          <NumberInput
            label="Days to add"
            min={1}
            max={36_500}
            allowDecimal={false}
            allowNegative={false}
            thousandSeparator=","
            data-autofocus
            {...form.getInputProps("days")}
          />
        ) : (
          <DateInput
            label="Last day"
            placeholder="Choose a day"
            valueFormat="D MMM YYYY"
            minDate={earliest}
            defaultDate={earliest}
            weekendDays={[]}
            {...form.getInputProps("until")}
          />
        )}
        {end !== undefined && (
          <Alert color="petrol" icon={<IconCalendarCheck size={18} />} aria-live="polite">
            <Text fz="sm">
              Ends on <b>{formatDay(end)}</b>
              {expiresAt !== null && ` instead of ${formatDay(expiresAt)}`}
              {effective.graceDays > 0 && `, then ${effective.graceDays} days of grace`}.
            </Text>
          </Alert>
        )}
        <FormFailure failure={refusal.failure} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={close} disabled={renew.isPending}>
            Cancel
          </Button>
          <Button type="submit" loading={renew.isPending}>
            Renew license
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** What the server will make of it, as far as it can be said yet. */
function newEnd({ by, days, until }: Values, expiresAt: Date | null, now: Date): Date | undefined {
  if (by === "until") return until === null ? undefined : endOfDay(until);
  return days === "" || expiresAt === null ? undefined : renewedEnd(expiresAt, days, now);
}

/** The last moment of a day in the reader's zone: a license that lasts until the 31st works on the 31st. */
function endOfDay(day: string): Date {
  return new Date(`${day}T23:59:59.999`);
}
