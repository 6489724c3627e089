"use client";

import { Button, Card, Group, Text } from "@mantine/core";
import { type Icon, IconPlus } from "@tabler/icons-react";
import { Fragment, type ReactNode, useState } from "react";
import { EmptyState } from "../../../../_components/empty-state.tsx";
import classes from "./catalog.module.css";

/** Which entry is open for editing: one of the list, a new one, or none. */
type Editing = { readonly id: string } | "new" | undefined;

/** A product's features or meters: a list in which an entry is added and edited where it stands. */
export function CatalogCard<Entry extends { readonly id: string }>({
  icon,
  noun,
  entries,
  lead,
  emptyTitle,
  mayWrite,
  renderRow,
  renderForm,
}: {
  icon: Icon;
  /** "feature" */
  noun: string;
  entries: readonly Entry[];
  /** What such entries are for: above the list, and alone while it is empty. */
  lead: string;
  emptyTitle: string;
  mayWrite: boolean;
  renderRow: (entry: Entry, edit: (() => void) | undefined) => ReactNode;
  /** The form for an entry, or for a new one. */
  renderForm: (entry: Entry | undefined, close: () => void) => ReactNode;
}) {
  const [editing, setEditing] = useState<Editing>();
  const close = () => setEditing(undefined);
  const add = (
    <Button leftSection={<IconPlus size={18} />} onClick={() => setEditing("new")}>
      Add {noun}
    </Button>
  );

  if (entries.length === 0 && editing === undefined) {
    return (
      <Card padding={0}>
        <EmptyState icon={icon} title={emptyTitle} action={mayWrite && add}>
          {lead}
        </EmptyState>
      </Card>
    );
  }
  return (
    <Card padding={0}>
      <Group justify="space-between" px="md" py="sm" gap="sm">
        <Text fz="sm" c="dimmed" flex="1 1 16rem" maw="42rem">
          {lead}
        </Text>
        {mayWrite && editing !== "new" && add}
      </Group>
      <ul className={`${classes.list} ${classes.head}`}>
        {editing === "new" && <li className={classes.form}>{renderForm(undefined, close)}</li>}
        {entries.map((entry) =>
          typeof editing === "object" && editing.id === entry.id ? (
            <li key={entry.id} className={classes.form}>
              {renderForm(entry, close)}
            </li>
          ) : (
            <Fragment key={entry.id}>
              {renderRow(entry, mayWrite ? () => setEditing({ id: entry.id }) : undefined)}
            </Fragment>
          ),
        )}
      </ul>
    </Card>
  );
}
