"use client";

import { Table, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import classes from "./trace.module.css";

/** The numbers that a decision was made from, for whoever wants to check it. */
export function Facts({ facts }: { facts: unknown }) {
  const [isOpen, { toggle }] = useDisclosure(false);
  const entries = typeof facts === "object" && facts !== null ? Object.entries(facts) : [];
  if (entries.length === 0) return null;
  return (
    <>
      <UnstyledButton className={classes.toggle} onClick={toggle} aria-expanded={isOpen}>
        {isOpen ? "Hide the facts" : `${entries.length} facts`}
      </UnstyledButton>
      {isOpen && (
        <Table className={classes.facts} verticalSpacing={4} withRowBorders={false}>
          <Table.Tbody>
            {entries.map(([name, value]) => (
              <Table.Tr key={name}>
                <Table.Th>{name}</Table.Th>
                <Table.Td>{typeof value === "string" ? value : JSON.stringify(value)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </>
  );
}
