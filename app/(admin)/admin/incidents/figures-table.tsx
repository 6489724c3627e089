import { Table } from "@mantine/core";
import { comparisonOf, type Incident } from "./incident-words.ts";
import classes from "./incidents.module.css";

/** What should be beside what is. */
export function FiguresTable({ incident }: { incident: Incident }) {
  return (
    <Table withRowBorders={false} verticalSpacing={4} className={classes.figures ?? ""}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th />
          <Table.Th>Should be</Table.Th>
          <Table.Th>Is</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {comparisonOf(incident).map(({ label, expected, actual, differs }) => (
          <Table.Tr key={label} data-differs={differs}>
            <Table.Th scope="row" fw={400}>
              {label}
            </Table.Th>
            <Table.Td className="tabular">{expected}</Table.Td>
            <Table.Td className="tabular">{actual}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
