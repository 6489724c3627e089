"use client";

import { Loader, Select, type SelectProps } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTRPC } from "../../../_trpc/client.tsx";

const TYPING_PAUSE_MS = 200;
const SHOWN_MAX = 20;

/** Chooses one of any number of customers: what is typed is searched for on the server. The value is the customer's id. */
export function CustomerSelect({
  value,
  except,
  ...props
}: Omit<SelectProps, "data" | "value" | "searchable"> & {
  value: string | null;
  /** One that is not to be chosen. */
  except?: string;
}) {
  const trpc = useTRPC();
  const [text, setText] = useState("");
  const [typed] = useDebouncedValue(text, TYPING_PAUSE_MS);
  const chosen = useQuery(trpc.customer.get.queryOptions({ id: value ?? "" }, { enabled: value !== null }));
  // A select searches for the name it shows; that is no search.
  const search = typed === chosen.data?.name ? "" : typed.trim();
  const found = useQuery(
    trpc.customer.list.queryOptions({ search, limit: SHOWN_MAX }, { placeholderData: keepPreviousData }),
  );
  const options = (found.data?.items ?? [])
    .filter(({ id }) => id !== except)
    .map(({ id, name }) => ({ value: id, label: name }));
  const missing =
    chosen.data !== undefined && value !== null && !options.some((option) => option.value === value)
      ? [{ value, label: chosen.data.name }]
      : [];
  return (
    <Select
      {...props}
      value={value}
      data={[...missing, ...options]}
      searchable
      // The server has searched already, also in e-mail addresses.
      filter={({ options: all }) => all}
      onSearchChange={setText}
      nothingFoundMessage={found.isFetching ? "Searching …" : "No such customer"}
      {...(found.isFetching && text !== "" ? { rightSection: <Loader size={16} /> } : {})}
    />
  );
}
