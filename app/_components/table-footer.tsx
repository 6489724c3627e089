import { Button, Group, Select, Text } from "@mantine/core";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import classes from "./data-table.module.css";
import { PAGE_SIZES } from "./table-url.ts";
import type { TableState } from "./use-table.ts";

/** Where one is in a list, and the ways on and back; left out while everything fits on one page. */
export function TableFooter({
  table,
  shown,
  nextCursor,
}: {
  table: TableState;
  shown: number;
  nextCursor: string | null;
}) {
  const { page, limit } = table;
  if (page === 1 && nextCursor === null && shown <= Math.min(...PAGE_SIZES)) return null;
  const before = (page - 1) * limit;
  return (
    <Group className={classes.footer} justify="space-between" gap="sm">
      <Text fz="sm" c="dimmed" className="tabular" aria-live="polite">
        {shown === 0 ? "No more rows" : `${before + 1} – ${before + shown}`}
      </Text>
      <Group gap="xs">
        <Select
          w={112}
          size="xs"
          aria-label="Rows a page"
          allowDeselect={false}
          data={PAGE_SIZES.map((size) => ({ value: String(size), label: `${size} rows` }))}
          value={String(limit)}
          onChange={(value) => table.setLimit(Number(value))}
        />
        <Button
          size="xs"
          variant="default"
          leftSection={<IconChevronLeft size={14} />}
          disabled={page === 1}
          onClick={table.previous}
        >
          Previous
        </Button>
        <Button
          size="xs"
          variant="default"
          rightSection={<IconChevronRight size={14} />}
          disabled={nextCursor === null}
          onClick={() => nextCursor !== null && table.next(nextCursor)}
        >
          Next
        </Button>
      </Group>
    </Group>
  );
}
