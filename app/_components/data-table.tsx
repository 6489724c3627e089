"use client";

import { Box, Button, Card } from "@mantine/core";
import { IconFilterOff } from "@tabler/icons-react";
import {
  type DataTableColumn,
  type DataTableProps,
  type DataTableRowExpansionProps,
  DataTable as MantineDataTable,
} from "mantine-datatable";
import type { ReactNode } from "react";
import classes from "./data-table.module.css";
import { EmptyState } from "./empty-state.tsx";
import { ErrorState } from "./error-state.tsx";
import { TableFooter } from "./table-footer.tsx";
import { TableSkeleton } from "./table-skeleton.tsx";
import type { TableState } from "./use-table.ts";

/** One page of a list, as its procedure answers it. */
export interface Page<Row> {
  readonly items: readonly Row[];
  readonly nextCursor: string | null;
}

/** What `useQuery` gives, as far as a table needs it; ask with `placeholderData: keepPreviousData`. */
export interface PageQuery<Row> {
  readonly data: Page<Row> | undefined;
  readonly error: unknown;
  readonly isFetching: boolean;
  readonly isPlaceholderData: boolean;
  refetch(): unknown;
}

export interface Choosing<Row> {
  readonly rows: Row[];
  readonly choose: (rows: Row[]) => void;
  /** What a row's box is called: "Choose …". */
  readonly name: (row: Row) => string;
}

/** A list that pages and filters on the server; shows how it is loading, why it failed, and what it is for when empty. */
export function DataTable<Row extends object>({
  query,
  table,
  columns,
  rowKey,
  onRow,
  expansion,
  toolbar,
  empty,
  label,
  chosen,
}: {
  query: PageQuery<Row>;
  table: TableState;
  columns: DataTableColumn<Row>[];
  rowKey: (row: Row) => string;
  /** Opens a row; also give one column a real link, for the keyboard and for a new tab. */
  onRow?: (row: Row) => void;
  /** What unfolds below a row; also give one column a button that does it, for the keyboard. */
  expansion?: DataTableRowExpansionProps<Row>;
  /** A `<TableToolbar>`. */
  toolbar?: ReactNode;
  /** An `<EmptyState>` that teaches, for when there is nothing at all. */
  empty: ReactNode;
  /** What the list holds, for a screen reader: "Products". */
  label: string;
  /** Rows may be chosen, also of several pages. */
  chosen?: Choosing<Row> | undefined;
}) {
  const { data, error, isFetching } = query;
  const nothing = data?.items.length === 0 && table.page === 1;

  function body() {
    if (data === undefined && error) {
      return <ErrorState error={error} retry={() => query.refetch()} busy={isFetching} />;
    }
    if (data === undefined) return <TableSkeleton columns={columns.length} rows={8} />;
    if (nothing) return table.narrowed ? <NoMatch clear={table.clear} /> : empty;
    const rowClicks: Pick<DataTableProps<Row>, "onRowClick"> = onRow === undefined
      ? {}
      : { onRowClick: ({ record }) => onRow(record) };
    const boxes =
      chosen === undefined
        ? {}
        : {
            selectedRecords: chosen.rows,
            onSelectedRecordsChange: chosen.choose,
            getRecordSelectionCheckboxProps: (row: Row) => ({ "aria-label": `Choose ${chosen.name(row)}` }),
            allRecordsSelectionCheckboxProps: { "aria-label": "Choose all of this page" },
          };
    const unfolding = expansion === undefined ? {} : { rowExpansion: expansion };
    return (
      <>
        <MantineDataTable<Row>
          aria-label={label}
          minHeight={120}
          verticalSpacing="sm"
          horizontalSpacing="md"
          highlightOnHover={onRow !== undefined}
          borderColor="var(--signet-line)"
          rowBorderColor="var(--signet-line)"
          backgroundColor="var(--signet-surface)"
          columns={columns}
          records={[...data.items]}
          idAccessor={rowKey}
          {...rowClicks}
          {...unfolding}
          {...boxes}
        />
        <TableFooter table={table} shown={data.items.length} nextCursor={data.nextCursor} />
      </>
    );
  }

  return (
    <Card padding={0} className={classes.card}>
      {toolbar !== undefined && !(nothing && !table.narrowed) && (
        <Box className={classes.toolbar}>{toolbar}</Box>
      )}
      <Box className={classes.body} data-stale={query.isPlaceholderData}>
        {body()}
      </Box>
    </Card>
  );
}

function NoMatch({ clear }: { clear: () => void }) {
  return (
    <EmptyState
      icon={IconFilterOff}
      title="Nothing matches"
      action={
        <Button variant="default" onClick={clear}>
          Clear search and filters
        </Button>
      }
    >
      There are entries here, but none fits the search and filters above.
    </EmptyState>
  );
}
