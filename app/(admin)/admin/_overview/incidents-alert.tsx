"use client";

import { Alert } from "@mantine/core";
import { IconScaleOutline } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { TextLink } from "../../../_components/links.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { wordsOf } from "../incidents/incident-words.ts";

/** Says that records disagree, as long as nobody looks into it; else nothing. */
export function IncidentsAlert() {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.incident.list.queryOptions());
  const alarming = data?.items.filter((each) => each.resolvedAt === null && each.acknowledged === null) ?? [];
  const [first] = alarming;
  if (first === undefined) return null;
  const others = alarming.length - 1;
  return (
    <Alert
      color="red"
      icon={<IconScaleOutline size={20} />}
      title={wordsOf(first.kind).title}
      mb="lg"
      role="status"
    >
      {others > 0 && `And ${others} more. `}
      <TextLink href="/admin/incidents" fz="sm" underline="always" c="inherit">
        See what it means and what to do
      </TextLink>
    </Alert>
  );
}
