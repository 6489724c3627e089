"use client";

import { Button, Card, Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { describeFailure } from "../_components/failure.ts";
import { FormFailure } from "../_components/form.tsx";
import { Answer } from "./answer.tsx";
import { Asks, wordsOf } from "./asks.tsx";
import type { Desk, Seen } from "./procedures.ts";
import { StepTitle } from "./step-title.tsx";
import { titleOf } from "./words.ts";

export interface Brought {
  readonly id: string;
  readonly text: string;
  readonly seen: Seen;
}

const VERBS = {
  request: "Activate this machine",
  code: "Activate this machine",
  deactivation: "Give up the device",
  journal: "Record the usage",
} as const;

/** One file's second and third step. */
export function BroughtCard({
  brought,
  desk,
  look,
  close,
}: {
  brought: Brought;
  desk: Desk;
  /** Looks again, for the license that was chosen. */
  look: (licenseId: string) => void;
  close: () => void;
}) {
  const { seen, text } = brought;
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const take = useMutation(
    desk.procedures.take.mutationOptions({ onSuccess: () => queries.invalidateQueries() }),
  );
  const failure = take.error ? describeFailure(take.error) : undefined;
  const title = titleOf(seen);

  function body() {
    if (seen.kind === "response" || seen.kind === "snapshot")
      return (
        <Text fz="sm">
          This was made here for a machine without a network. Carry it there and import it; there is nothing
          to do with it at this desk.
        </Text>
      );
    if (seen.kind === "codeWithoutLicense") return <ChooseLicense licenses={seen.licenses} choose={look} />;
    const { isRefused } = wordsOf(seen, desk);
    return (
      <Stack gap="md">
        <Asks seen={seen} desk={desk} />
        {seen.kind === "code" && take.data === undefined && !isRefused && (
          <TextInput
            label="Name of the machine"
            description="So that you find it in the list of devices; a code has no room for it."
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            maxLength={100}
            maw={360}
          />
        )}
        <FormFailure failure={failure} />
        {take.data === undefined && !isRefused && (
          <Group>
            <Button
              loading={take.isPending}
              onClick={() =>
                take.mutate({
                  text,
                  ...(seen.kind === "code" ? { licenseId: seen.license.id, name } : {}),
                })
              }
            >
              {VERBS[seen.kind]}
            </Button>
          </Group>
        )}
      </Stack>
    );
  }

  return (
    <Card component="section" aria-label={title}>
      <StepTitle
        step={2}
        aside={
          <Button
            variant="subtle"
            size="compact-sm"
            color="gray"
            onClick={close}
            leftSection={<IconX size={14} />}
            aria-label={`Put away: ${title}`}
          >
            Put away
          </Button>
        }
      >
        {title}
      </StepTitle>
      {body()}
      {take.data !== undefined && (
        <Stack gap={0} mt="xl">
          <StepTitle step={3}>Carry the answer back</StepTitle>
          <Answer taken={take.data} />
        </Stack>
      )}
    </Card>
  );
}

function ChooseLicense({
  licenses,
  choose,
}: {
  licenses: Extract<Seen, { kind: "codeWithoutLicense" }>["licenses"];
  choose: (licenseId: string) => void;
}) {
  if (licenses.length === 0)
    return <Text fz="sm">None of your licenses allows machines without a network.</Text>;
  return (
    <Select
      label="Which license is this code for?"
      description="The one whose key was entered on the machine; a code does not say it."
      placeholder="Choose a license"
      data={licenses.map(({ id, product, policy, keyHint }) => ({
        value: id,
        label: `${product} · ${policy} · ${keyHint}`,
      }))}
      onChange={(id) => id !== null && choose(id)}
      maw={480}
    />
  );
}
