"use client";

import { Box, Button, Group, Modal, Skeleton, Stack, Text } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { ErrorState } from "../_components/error-state.tsx";
import { RelativeTime } from "../_components/relative-time.tsx";
import { StatusBadge } from "../_components/status-badge.tsx";
import { toastFailed } from "../_components/toasts.tsx";
import { ResponseText } from "./answer.tsx";
import classes from "./offline.module.css";
import type { Desk, Exchange } from "./procedures.ts";

interface Again {
  readonly by: "file" | "code";
  readonly text: string;
  readonly device: string;
}

/** The requests that were answered, newest first, each with its response once more. */
export function Exchanges({ desk, mayTake }: { desk: Desk; mayTake: boolean }) {
  const { procedures, licenseId } = desk;
  const [again, setAgain] = useState<Again>();
  const query = useInfiniteQuery(
    procedures.exchanges.infiniteQueryOptions(
      { limit: 10, ...(licenseId === undefined ? {} : { licenseId }) },
      { getNextPageParam: ({ nextCursor }) => nextCursor },
    ),
  );
  const items = query.data?.pages.flatMap((page) => page.items);
  if (items === undefined)
    return query.error ? (
      <ErrorState error={query.error} retry={() => query.refetch()} busy={query.isFetching} />
    ) : (
      <Stack gap="md" role="status" aria-label="Loading">
        <Skeleton height={14} width="70%" />
        <Skeleton height={14} width="50%" />
      </Stack>
    );
  if (items.length === 0)
    return (
      <Text fz="sm" c="dimmed">
        No machine was activated by file or code yet. What is answered here is kept, so that a response that
        got lost on its way can be carried again.
      </Text>
    );
  return (
    <>
      <ul className={classes.list}>
        {items.map((item) => (
          <Row key={item.id} item={item} desk={desk} mayTake={mayTake} show={setAgain} />
        ))}
      </ul>
      {query.hasNextPage && (
        <Button
          variant="subtle"
          size="xs"
          mt="sm"
          onClick={() => query.fetchNextPage()}
          loading={query.isFetchingNextPage}
        >
          Show more
        </Button>
      )}
      <Modal
        opened={again !== undefined}
        onClose={() => setAgain(undefined)}
        title="The response once more"
        size="lg"
      >
        {again !== undefined && <ResponseText {...again} />}
      </Modal>
    </>
  );
}

function Row({
  item,
  desk,
  mayTake,
  show,
}: {
  item: Exchange;
  desk: Desk;
  mayTake: boolean;
  show: (again: Again) => void;
}) {
  const device = item.device ?? "";
  const name = device || "Unnamed device";
  const response = useMutation(
    desk.procedures.response.mutationOptions({
      onSuccess: ({ by, text }) => show({ by, text, device }),
      onError: toastFailed,
    }),
  );
  return (
    <li className={classes.row}>
      <Box flex="1 1 14rem" miw={0}>
        <Text fz="sm" fw={600} style={{ overflowWrap: "anywhere" }}>
          {name}
        </Text>
        <Text fz="xs" c="dimmed" component="div">
          {desk.licenseId === undefined && `${item.productName} · ${item.keyHint} · `}
          {item.answeredAt === null ? (
            <>
              asked <RelativeTime at={item.activatedAt} />, not answered: bring the request again
            </>
          ) : (
            <>
              answered <RelativeTime at={item.answeredAt} />
            </>
          )}
        </Text>
      </Box>
      <Group gap="sm">
        {!item.isLive && <StatusBadge status="deactivated" />}
        {mayTake && item.isLive && item.answeredAt !== null && (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconDownload size={15} />}
            loading={response.isPending}
            onClick={() => response.mutate({ device: item.deviceKey, nonce: item.nonce })}
            aria-label={`Response of ${name}`}
          >
            Response
          </Button>
        )}
      </Group>
    </li>
  );
}
