"use client";

import { Button, Modal } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconArrowBigUpLines } from "@tabler/icons-react";
import { MoveForm } from "./move-form.tsx";
import type { PolicyData, VersionData } from "./policy-data.ts";

/** Takes licenses of other versions to this one: all, or those that are chosen. */
export function MoveLicenses({ policy, to }: { policy: PolicyData; to: VersionData }) {
  const [opened, { open, close }] = useDisclosure(false);
  const others = policy.versions.filter(({ number, licenses }) => number !== to.number && licenses.count > 0);
  return (
    <>
      {others.length > 0 && (
        <Button size="xs" variant="light" leftSection={<IconArrowBigUpLines size={14} />} onClick={open}>
          Move licenses here
        </Button>
      )}
      {/* Stays once none is left to move, to say how it went. */}
      <Modal opened={opened} onClose={close} title={`Move licenses to version ${to.number}?`} size="lg">
        <MoveForm policy={policy} to={to} others={others} close={close} />
      </Modal>
    </>
  );
}
