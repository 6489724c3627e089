"use client";

import { Button, Stack } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconUserPlus } from "@tabler/icons-react";
import type { Role } from "#server/domain/actor.ts";
import { PageHeader } from "../../../_components/page-header.tsx";
import { InviteModal } from "./invite-modal.tsx";
import { MembersTable } from "./members-table.tsx";
import { PendingInvitations } from "./pending-invitations.tsx";

export function TeamScreen({
  tenantName,
  self,
  role,
  mayWrite,
}: {
  tenantName: string;
  /** The signed-in person's own id. */
  self: string;
  role: Role;
  mayWrite: boolean;
}) {
  const [inviting, { open, close }] = useDisclosure(false);
  return (
    <>
      <PageHeader
        title="Team"
        description={`The people who look after ${tenantName}, and what each may do.`}
        actions={
          mayWrite && (
            <Button leftSection={<IconUserPlus size={18} />} onClick={open}>
              Invite colleague
            </Button>
          )
        }
      />
      <Stack gap="lg">
        <MembersTable self={self} actorRole={role} mayWrite={mayWrite} />
        <PendingInvitations mayWrite={mayWrite} />
      </Stack>
      {mayWrite && <InviteModal opened={inviting} close={close} actorRole={role} />}
    </>
  );
}
