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
  if (others.length === 0) return null;
  return (
    <>
      <Button size="xs" variant="light" leftSection={<IconArrowBigUpLines size={14} />} onClick={open}>
        Move licenses here
      </Button>
      <Modal opened={opened} onClose={close} title={`Move licenses to version ${to.number}?`} size="lg">
        <MoveForm policy={policy} to={to} others={others} close={close} />
      </Modal>
    </>
  );
}
