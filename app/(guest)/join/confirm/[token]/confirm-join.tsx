"use client";

import { Alert, Button, Stack } from "@mantine/core";
import { IconHourglass } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useRef } from "react";
import { describeFailure } from "../../../../_components/failure.ts";
import { FormFailure } from "../../../../_components/form.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";

/** By a button: what only opens links, such as a mail scanner, uses none of them up. */
export function ConfirmJoin({
  token,
  customerName,
  vendorName,
}: {
  token: string;
  /** Null: not to be told. */
  customerName: string | null;
  vendorName: string;
}) {
  const trpc = useTRPC();
  // A double click comes before the button is busy, and its second half would find the link used.
  const isAsked = useRef(false);
  const confirm = useMutation(
    trpc.join.confirm.mutationOptions({
      onError() {
        isAsked.current = false;
      },
      onSuccess(admission) {
        if ("invitation" in admission) window.location.assign(`/invite/${admission.invitation}`);
      },
    }),
  );
  if (confirm.data !== undefined && "waitsFor" in confirm.data) {
    const decides =
      confirm.data.waitsFor === "manager"
        ? `A manager of ${customerName ?? "the customer who has the license"}`
        : vendorName;
    return (
      <Alert color="petrol" icon={<IconHourglass size={18} />} title="Your address is confirmed">
        {decides} decides whether you are let in. You are told by mail, either way; until then there is
        nothing to do.
      </Alert>
    );
  }
  return (
    <Stack gap="md">
      <FormFailure failure={confirm.error === null ? undefined : describeFailure(confirm.error)} />
      <Button
        size="md"
        fullWidth
        loading={confirm.isPending || confirm.isSuccess}
        onClick={() => {
          if (isAsked.current) return;
          isAsked.current = true;
          confirm.mutate({ token });
        }}
      >
        Yes, this is my address
      </Button>
    </Stack>
  );
}
