"use client";

import { MultiSelect } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTRPC } from "../../../../_trpc/client.tsx";

const TYPING_PAUSE_MS = 200;
const SHOWN_MAX = 20;
const CHOSEN_MAX = 500;

/** Some licenses of a policy, searched for by key, customer or note; none means all. */
export function LicenseChoice({
  policyId,
  value,
  onChange,
}: {
  policyId: string;
  value: string[];
  onChange: (ids: string[]) => void;
}) {
  const trpc = useTRPC();
  const [text, setText] = useState("");
  const [search] = useDebouncedValue(text.trim(), TYPING_PAUSE_MS);
  const [names, setNames] = useState<Readonly<Record<string, string>>>({});
  const found = useQuery(
    trpc.license.list.queryOptions(
      { policyId, limit: SHOWN_MAX, ...(search === "" ? {} : { search }) },
      { placeholderData: keepPreviousData },
    ),
  );
  const options = (found.data?.items ?? []).map(({ id, keyHint, customer }) => ({
    value: id,
    label: `${customer.name} · ${keyHint}`,
  }));
  const kept = value.filter((id) => !options.some((option) => option.value === id));
  return (
    <MultiSelect
      label="Only these licenses"
      placeholder={value.length === 0 ? "All of them" : ""}
      data={[...kept.map((id) => ({ value: id, label: names[id] ?? id })), ...options]}
      value={value}
      onChange={(ids) => {
        setNames((known) => ({
          ...known,
          ...Object.fromEntries(options.map((option) => [option.value, option.label])),
        }));
        onChange(ids);
      }}
      searchable
      clearable
      maxValues={CHOSEN_MAX}
      // The server has searched already.
      filter={({ options: all }) => all}
      onSearchChange={setText}
      nothingFoundMessage={found.isFetching ? "Searching …" : "No such license under this policy"}
    />
  );
}
