"use client";

import { Alert, Stack } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { describeFailure } from "../_components/failure.ts";
import { BringFiles } from "./bring-files.tsx";
import { type Brought, BroughtCard } from "./brought-card.tsx";
import type { Desk } from "./procedures.ts";
import { filesIn } from "./words.ts";

/** Files of machines without a network, in three steps: bring one, see what it asks for, carry the answer back. */
export function OfflineDesk({ desk }: { desk: Desk }) {
  const [items, setItems] = useState<readonly Brought[]>([]);
  const [problems, setProblems] = useState<readonly string[]>([]);
  const look = useMutation(desk.procedures.look.mutationOptions());
  const [busy, setBusy] = useState(false);

  async function see(text: string, licenseId = desk.licenseId) {
    return look.mutateAsync({ text, ...(licenseId === undefined ? {} : { licenseId }) });
  }

  async function brought(texts: readonly string[]) {
    setBusy(true);
    setProblems([]);
    const found: Brought[] = [];
    const wrong: string[] = [];
    for (const text of texts.flatMap(filesIn)) {
      try {
        found.push({ id: crypto.randomUUID(), text, seen: await see(text) });
      } catch (error) {
        wrong.push(describeFailure(error).message);
      }
    }
    setItems((known) => [...found, ...known.filter(({ text }) => !found.some((each) => each.text === text))]);
    setProblems(wrong);
    setBusy(false);
  }

  async function lookAgain(item: Brought, licenseId: string) {
    try {
      const seen = await see(item.text, licenseId);
      setItems((known) => known.map((each) => (each.id === item.id ? { ...item, seen } : each)));
    } catch (error) {
      setProblems([describeFailure(error).message]);
    }
  }

  return (
    <Stack gap="lg">
      <BringFiles busy={busy} brought={(texts) => void brought(texts)} />
      {problems.map((problem) => (
        <Alert key={problem} color="red" variant="light" icon={<IconAlertTriangle size={18} />} role="alert">
          {problem}
        </Alert>
      ))}
      {items.map((item) => (
        <BroughtCard
          key={item.id}
          brought={item}
          desk={desk}
          look={(licenseId) => void lookAgain(item, licenseId)}
          close={() => setItems((known) => known.filter(({ id }) => id !== item.id))}
        />
      ))}
    </Stack>
  );
}
