"use client";

import { Alert, Button, Card, Group, Progress, Skeleton, Stack, Text, Title } from "@mantine/core";
import { IconAlertTriangle, IconDownload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { ErrorState } from "../../../../../_components/error-state.tsx";
import { countOf, formatNumber } from "../../../../../_components/format.ts";
import { LinkButton } from "../../../../../_components/links.tsx";
import { PageHeader } from "../../../../../_components/page-header.tsx";
import { RelativeTime } from "../../../../../_components/relative-time.tsx";
import { useTRPC } from "../../../../../_trpc/client.tsx";
import { ACTION_WORDS } from "../../bulk-words.ts";
import { RefusedList } from "./refused-list.tsx";
import { useSteps } from "./use-steps.ts";

const CRUMBS = [{ label: "Licenses", href: "/admin/licenses" }];
/** Whoever may not issue only looks on. */
const LOOK_EVERY_MS = 2_000;

/** Licenses that are issued or changed together: how far it is, and in the end their keys, or what could not be changed. */
export function BatchScreen({
  id,
  mayIssue,
  mayReveal,
}: {
  id: string;
  mayIssue: boolean;
  mayReveal: boolean;
}) {
  const trpc = useTRPC();
  const query = useQuery(
    trpc.licenseBatch.get.queryOptions(
      { id },
      {
        refetchInterval: ({ state }) =>
          state.data?.finishedAt === null && !mayIssue ? LOOK_EVERY_MS : false,
      },
    ),
  );
  const batch = query.data;
  const steps = useSteps(id, mayIssue && batch?.finishedAt === null, batch?.done);
  if (batch === undefined) {
    return (
      <>
        <PageHeader title="Many licenses" crumbs={CRUMBS} />
        <Card>
          {query.error ? (
            <ErrorState error={query.error} retry={() => query.refetch()} busy={query.isFetching} />
          ) : (
            <Skeleton height={120} />
          )}
        </Card>
      </>
    );
  }
  const { total, done, refused, customersCreated, finishedAt, fileName, change, createdAt, createdBy } =
    batch;
  const finished = finishedAt !== null;
  const issued = done - refused;
  const words = change === null ? { doing: "Issuing", done: "issued" } : ACTION_WORDS[change.action];
  return (
    <>
      <PageHeader
        title={fileName ? `Import of ${fileName}` : `${words.doing} ${countOf(total, "license")}`}
        crumbs={CRUMBS}
        description={
          <>
            Begun <RelativeTime at={createdAt} />
            {createdBy !== null && ` by ${createdBy}`}.
          </>
        }
      />
      <Card maw="44rem">
        <Stack gap="lg">
          <Stack gap="xs">
            <Title order={2} fz="h3" aria-live="polite">
              {finished
                ? `${countOf(issued, "license")} ${issued === 1 ? "is" : "are"} ${words.done}`
                : `${words.doing} ${countOf(total, "license")} …`}
            </Title>
            <Progress
              value={(done / total) * 100}
              size="lg"
              animated={!finished && steps.error === null}
              color={finished ? "green" : "petrol"}
              aria-label="Rows done"
            />
            <Text fz="sm" c="dimmed" className="tabular">
              {formatNumber(done)} of {formatNumber(total)} done
              {customersCreated > 0 && ` · ${countOf(customersCreated, "customer")} added`}
              {refused > 0 &&
                ` · ${formatNumber(refused)} ${change === null ? "not issued" : "left as they are"}`}
            </Text>
          </Stack>
          {!finished && steps.error === null && (
            <Text fz="sm">
              You can leave this page: what is begun is finished, and this address shows how far it is.
            </Text>
          )}
          {steps.error !== null && (
            <Alert color="red" icon={<IconAlertTriangle size={18} />} role="alert">
              <Stack gap="sm" align="flex-start">
                <Text fz="sm">
                  The last step failed, and changed nothing: {steps.error.message} Nothing is done twice when
                  you go on.
                </Text>
                <Button size="xs" variant="default" onClick={steps.again}>
                  Go on
                </Button>
              </Stack>
            </Alert>
          )}
          {finished && change !== null && refused > 0 && <RefusedList id={id} count={refused} />}
          {finished && change === null && refused > 0 && (
            <Alert color="copper" icon={<IconAlertTriangle size={18} />}>
              <Text fz="sm">
                {refused === 1
                  ? "1 license could not be issued any more, because its customer was archived meanwhile; the file says which."
                  : `${formatNumber(refused)} licenses could not be issued any more, because their customers were archived meanwhile; the file says which.`}
              </Text>
            </Alert>
          )}
          {finished && change === null && mayReveal && (
            <Stack gap="sm" align="flex-start">
              <Text fz="sm">
                The file has {issued === 1 ? "the key" : "every key"} beside its row. Each download is
                recorded in the audit log.
              </Text>
              <Button
                component="a"
                href={`/admin/licenses/batches/${id}/keys`}
                download
                leftSection={<IconDownload size={16} />}
              >
                Download keys
              </Button>
            </Stack>
          )}
          {finished && (
            <Group gap="sm">
              <LinkButton href="/admin/licenses" variant="default">
                Go to licenses
              </LinkButton>
              {change === null && mayIssue && (
                <LinkButton
                  href={fileName === null ? "/admin/licenses/new" : "/admin/licenses/import"}
                  variant="subtle"
                >
                  {fileName === null ? "Issue more" : "Import another file"}
                </LinkButton>
              )}
            </Group>
          )}
        </Stack>
      </Card>
    </>
  );
}
