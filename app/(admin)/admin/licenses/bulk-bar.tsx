"use client";

import { Button, Group, Menu, Text } from "@mantine/core";
import { IconChevronDown, IconDownload, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { BULK_ACTIONS, type BulkAction } from "#server/domain/bulk-change.ts";
import { countOf, formatNumber } from "../../../_components/format.ts";
import { useTRPC } from "../../../_trpc/client.tsx";
import { BulkModal } from "./bulk-modal.tsx";
import { ACTION_WORDS } from "./bulk-words.ts";

export interface BulkPermissions {
  readonly issue: boolean;
  readonly suspend: boolean;
  readonly revoke: boolean;
}

/** What can be done to the licenses that are chosen, and the way from one page of them to all that match. */
export function BulkBar({
  chosen,
  filter,
  wholePage,
  exportAll,
  may,
}: {
  chosen: {
    readonly rows: readonly { readonly id: string }[];
    readonly all: boolean;
    chooseAll(): void;
    clear(): void;
  };
  /** What the list is narrowed by. */
  filter: object;
  /** All of this page are chosen, and there are other pages. */
  wholePage: boolean;
  /** Where all that match can be had as CSV. */
  exportAll: string;
  may: BulkPermissions;
}) {
  const trpc = useTRPC();
  const [action, setAction] = useState<BulkAction>();
  const { rows, all, chooseAll, clear } = chosen;
  const matching = useQuery(trpc.licenseBatch.count.queryOptions(filter, { enabled: wholePage || all }));
  const allowed = {
    suspend: may.suspend,
    reinstate: may.suspend,
    renew: may.issue,
    move: may.issue,
    revoke: may.revoke,
  };
  const count = all ? (matching.data?.count ?? rows.length) : rows.length;
  const ids = rows.map(({ id }) => id);
  return (
    <Group gap="sm" mt="sm" role="region" aria-label="Chosen licenses">
      <Text fz="sm" fw={600} aria-live="polite">
        {all
          ? `All ${countOf(count, "license")} that match are chosen`
          : `${countOf(count, "license")} chosen`}
      </Text>
      {wholePage &&
        !all &&
        matching.data !== undefined &&
        (matching.data.more ? (
          <Text fz="sm" c="dimmed">
            More than {formatNumber(matching.data.count)} match; narrow the list to change all of them.
          </Text>
        ) : (
          <Button size="xs" variant="subtle" onClick={chooseAll}>
            Choose all {formatNumber(matching.data.count)} that match
          </Button>
        ))}
      <Menu position="bottom-start">
        <Menu.Target>
          <Button size="xs" rightSection={<IconChevronDown size={16} />}>
            Change
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {BULK_ACTIONS.filter((each) => allowed[each]).map((each) => (
            <Menu.Item
              key={each}
              {...(each === "revoke" ? { color: "red" } : {})}
              onClick={() => setAction(each)}
            >
              {ACTION_WORDS[each].menu}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {all ? (
        <Button
          component="a"
          href={exportAll}
          download
          size="xs"
          variant="default"
          leftSection={<IconDownload size={16} />}
        >
          Export chosen
        </Button>
      ) : (
        <form method="post" action="/admin/licenses/export">
          <input type="hidden" name="ids" value={ids.join(" ")} />
          <Button type="submit" size="xs" variant="default" leftSection={<IconDownload size={16} />}>
            Export chosen
          </Button>
        </form>
      )}
      <Button size="xs" variant="subtle" color="gray" leftSection={<IconX size={16} />} onClick={clear}>
        Choose none
      </Button>
      <BulkModal action={action} close={() => setAction(undefined)} licenses={all ? { filter } : { ids }} />
    </Group>
  );
}
