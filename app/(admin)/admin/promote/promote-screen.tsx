"use client";

import { Box, Button, Card, Group, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import { IconCheck, IconCircleDashed } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { confirmAction } from "../../../_components/confirm.tsx";
import { ErrorState } from "../../../_components/error-state.tsx";
import { countOf } from "../../../_components/format.ts";
import { LinkButton } from "../../../_components/links.tsx";
import { PageHeader } from "../../../_components/page-header.tsx";
import { ToneBadge } from "../../../_components/status-badge.tsx";
import { TableSkeleton } from "../../../_components/table-skeleton.tsx";
import { toastDone } from "../../../_components/toasts.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { Suggestions } from "../policies/_rules/suggestions.tsx";
import { CHECKS, type PromotionState } from "./checks.ts";

/** From a trial to production: what should be in order first, as it stands now. */
export function PromoteScreen({ tenantName }: { tenantName: string }) {
  const trpc = useTRPC();
  const state = useQuery(trpc.promotion.get.queryOptions());
  return (
    <>
      <PageHeader
        title="Go to production"
        description="What should be in order before customers depend on it. Nothing here is forced; what is open is kept in the audit log."
      />
      {state.data === undefined ? (
        <Card padding={state.error ? "lg" : 0}>
          {state.error ? (
            <ErrorState error={state.error} retry={() => state.refetch()} busy={state.isFetching} />
          ) : (
            <TableSkeleton columns={2} rows={5} />
          )}
        </Card>
      ) : (
        <Checklist state={state.data} tenantName={tenantName} />
      )}
      <Tune />
    </>
  );
}

const POLICIES_TUNED_MAX = 20;

/** What the first days' refusals say about each policy that licenses are under. */
function Tune() {
  const trpc = useTRPC();
  const policies = useQuery(trpc.policy.list.queryOptions());
  const used = (policies.data ?? []).filter(
    ({ archivedAt, licenses }) => archivedAt === null && licenses.count > 0,
  );
  return (
    <Box maw={860} mt="lg">
      {used.slice(0, POLICIES_TUNED_MAX).map(({ id, name }) => (
        <Suggestions key={id} id={id} title={`Tune before you go live: ${name}`} mayWrite />
      ))}
    </Box>
  );
}

function Checklist({ state, tenantName }: { state: PromotionState; tenantName: string }) {
  const trpc = useTRPC();
  const router = useRouter();
  const queries = useQueryClient();
  const promote = useMutation(
    trpc.promotion.promote.mutationOptions({
      onSuccess: async () => {
        await queries.invalidateQueries(trpc.promotion.pathFilter());
        // The account's badge is drawn by the server.
        router.refresh();
        toastDone(`${tenantName} is in production.`);
      },
    }),
  );
  const { mode, labRuns, readiness } = state;
  const open = CHECKS.filter(({ name }) => !readiness[name]);

  function ask() {
    confirmAction({
      title: `Put ${tenantName} into production?`,
      effects: [
        "Lifts the limits of the trial. Products, policies, licenses, customers and keys stay as they are.",
        ...(labRuns === 0 ? [] : [`Forgets ${countOf(labRuns, "run")} of the scenario lab.`]),
        open.length === 0
          ? "Everything on the list is in order."
          : `Not done yet: ${open.map(({ title }) => `“${title}”`).join(", ")}.`,
      ],
      undo: "An account does not become a trial again.",
      confirm: "Go to production",
      run: () => promote.mutateAsync(),
    });
  }

  return (
    <Card maw={860}>
      <Stack gap="lg">
        {CHECKS.map(({ name, title, why, href, action }) => (
          <Group key={name} wrap="nowrap" align="flex-start" gap="md">
            <ThemeIcon
              variant={readiness[name] ? "light" : "default"}
              color="green"
              size={30}
              radius="xl"
              aria-hidden
            >
              {readiness[name] ? <IconCheck size={17} /> : <IconCircleDashed size={17} />}
            </ThemeIcon>
            <div style={{ flex: 1, minWidth: 0 }}>
              <Group justify="space-between" align="flex-start" gap="xs" wrap="nowrap">
                <Title order={2} fz="md">
                  {title}
                </Title>
                <ToneBadge
                  tone={readiness[name] ? "good" : "waiting"}
                  label={readiness[name] ? "Done" : "Open"}
                />
              </Group>
              <Text fz="sm" c="dimmed" mt={2}>
                {why}
              </Text>
              {!readiness[name] && (
                <LinkButton href={href} variant="default" size="xs" mt="xs">
                  {action}
                </LinkButton>
              )}
            </div>
          </Group>
        ))}
        {mode === "production" ? (
          <Group gap="xs" role="status">
            <ToneBadge tone="good" label="Production" />
            <Text fw={600}>This account is in production.</Text>
          </Group>
        ) : (
          <Group>
            <Button onClick={ask}>Go to production</Button>
          </Group>
        )}
      </Stack>
    </Card>
  );
}
