"use client";

import { Button, CloseButton, Group, Select, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import type { TableState } from "./use-table.ts";

const TYPING_PAUSE_MS = 250;

export interface FilterChoice {
  /** As in the list's spec. */
  readonly name: string;
  /** "Any status": what the filter says while it is not set. */
  readonly any: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
}

/** Search and filters of a list, which live in its address. */
export function TableToolbar({
  table,
  search,
  filters = [],
  more,
  children,
}: {
  table: TableState;
  /** What the search looks in: "Search name or code". */
  search: string;
  filters?: readonly FilterChoice[];
  /** Filters that are no plain choice. */
  more?: ReactNode;
  /** Further actions, such as an export. */
  children?: ReactNode;
}) {
  const [text, setText] = useState(table.search ?? "");
  const apply = useDebouncedCallback(table.setSearch, TYPING_PAUSE_MS);

  function change(value: string) {
    setText(value);
    apply(value);
  }

  return (
    <Group gap="sm" role="search">
      <TextInput
        flex="1 1 14rem"
        maw="26rem"
        aria-label={search}
        placeholder={search}
        leftSection={<IconSearch size={16} aria-hidden />}
        value={text}
        onChange={(event) => change(event.currentTarget.value)}
        // Whoever already clicks a result must not be called back by the pause after typing.
        onBlur={() => apply.flush()}
        rightSection={text && <CloseButton size="sm" aria-label="Clear search" onClick={() => change("")} />}
      />
      {filters.map(({ name, any, options }) => (
        <Select
          key={name}
          flex="1 1 8.5rem"
          maw="12rem"
          aria-label={any}
          placeholder={any}
          data={[...options]}
          value={table.filter(name) ?? null}
          onChange={(value) => table.setFilter(name, value ?? undefined)}
          clearable
        />
      ))}
      {more}
      {table.narrowed && (
        <Button
          variant="subtle"
          color="gray"
          onClick={() => {
            setText("");
            table.clear();
          }}
        >
          Clear
        </Button>
      )}
      {children !== undefined && (
        <Group gap="sm" ml="auto">
          {children}
        </Group>
      )}
    </Group>
  );
}
