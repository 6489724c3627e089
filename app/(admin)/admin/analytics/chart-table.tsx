import {
  Table,
  TableScrollContainer,
  TableTbody,
  TableTd,
  TableTh,
  TableThead,
  TableTr,
} from "@mantine/core";
import { formatNumber } from "../../../_components/format.ts";

const HEIGHT_MAX = 320;

export interface ShownTable {
  readonly head: readonly string[];
  /** Each begins with what it is about. */
  readonly rows: readonly (readonly (string | number)[])[];
}

/** What a chart draws, in numbers. */
export function ChartTable({ label, table: { head, rows } }: { label: string; table: ShownTable }) {
  return (
    <TableScrollContainer
      minWidth={0}
      maxHeight={HEIGHT_MAX}
      scrollAreaProps={{
        viewportProps: { tabIndex: 0, role: "region", "aria-label": `${label}, as a table` },
      }}
    >
      <Table stickyHeader className="tabular" fz="sm" verticalSpacing={6}>
        <TableThead>
          <TableTr>
            {head.map((name, index) => (
              <TableTh key={name} scope="col" ta={index === 0 ? "left" : "right"}>
                {name}
              </TableTh>
            ))}
          </TableTr>
        </TableThead>
        <TableTbody>
          {rows.map(([about, ...values]) => (
            <TableTr key={about}>
              <TableTh scope="row" fw={400} style={{ whiteSpace: "nowrap" }}>
                {about}
              </TableTh>
              {values.map((value, index) => (
                <TableTd key={head[index + 1]} ta="right">
                  {typeof value === "number" ? formatNumber(value) : value}
                </TableTd>
              ))}
            </TableTr>
          ))}
        </TableTbody>
      </Table>
    </TableScrollContainer>
  );
}
