"use client";

import { Box, Button, Card, Stack } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconUserPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { CopyField } from "../../../_components/copy.tsx";
import { ErrorState } from "../../../_components/error-state.tsx";
import { PageHeader } from "../../../_components/page-header.tsx";
import { TableSkeleton } from "../../../_components/table-skeleton.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { InviteColleague } from "./invite-colleague.tsx";
import { OwnJoinRequests } from "./own-join-requests.tsx";
import { PendingColleagues } from "./pending-colleagues.tsx";
import classes from "./people.module.css";
import { PersonRow } from "./person-row.tsx";

/** Who of the customer sees its licenses; managers let people in and out. */
export function PeopleScreen({
  customerName,
  joinUrl,
  self,
  mayWrite,
}: {
  customerName: string;
  joinUrl: string;
  /** The reader's own id. */
  self: string;
  mayWrite: boolean;
}) {
  const trpc = useTRPC();
  const people = useQuery(trpc.portal.people.list.queryOptions());
  const [inviting, { open, close }] = useDisclosure(false);
  return (
    <>
      <PageHeader
        title="People"
        description={`Who of ${customerName} sees these licenses. Managers also see keys, free devices and seats, and invite people.`}
        actions={
          mayWrite && (
            <Button leftSection={<IconUserPlus size={16} />} onClick={open}>
              Invite a colleague
            </Button>
          )
        }
      />
      <Stack gap="lg">
        {mayWrite && <OwnJoinRequests />}
        <Card padding="sm">
          {people.data === undefined ? (
            people.error ? (
              <ErrorState error={people.error} retry={() => people.refetch()} busy={people.isFetching} />
            ) : (
              <TableSkeleton columns={3} rows={4} />
            )
          ) : (
            <ul className={classes.list}>
              {people.data.map((person) => (
                <PersonRow
                  key={person.userId}
                  person={person}
                  isSelf={person.userId === self}
                  mayWrite={mayWrite}
                />
              ))}
            </ul>
          )}
        </Card>
        <PendingColleagues mayWrite={mayWrite} />
        <Box maw="36rem">
          <CopyField
            label="Colleagues can ask by themselves at"
            description="With one of your license keys. A manager then decides whether they are let in."
            value={joinUrl}
          />
        </Box>
      </Stack>
      {mayWrite && <InviteColleague opened={inviting} close={close} />}
    </>
  );
}
