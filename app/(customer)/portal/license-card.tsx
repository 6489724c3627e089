"use client";

import { Box, Card, Group, Stack, Text, Title } from "@mantine/core";
import type { inferRouterOutputs } from "@trpc/server";
import { useId } from "react";
import type { AppRouter } from "#server/trpc/router.ts";
import { LicenseState } from "../../_components/license-state.tsx";
import { TextLink } from "../../_components/links.tsx";
import { TimeBar } from "../../_components/time-bar.tsx";
import { InUse } from "./in-use.tsx";
import classes from "./license-card.module.css";
import { stateSentence } from "./state-sentence.ts";

type OwnLicense = inferRouterOutputs<AppRouter>["portal"]["license"]["list"]["items"][number];

/** One license at a glance; its page says the rest. */
export function LicenseCard({ license, vendorName }: { license: OwnLicense; vendorName: string }) {
  const { id, product, policy, keyHint, status } = license;
  const title = useId();
  const works = status === "active" || status === "grace";
  return (
    <Card component="article" aria-labelledby={title}>
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start" gap="sm">
          <Box miw={0}>
            <Title order={2} fz="h3" id={title}>
              <TextLink href={`/portal/licenses/${id}`} inherit c="inherit">
                {product}
              </TextLink>
            </Title>
            <Text fz="sm" c="dimmed">
              {policy} · <span className={classes.key}>{keyHint}</span>
            </Text>
          </Box>
          <LicenseState license={license} inline />
        </Group>
        <Text suppressHydrationWarning>{stateSentence(license, vendorName)}</Text>
        {works && <TimeBar license={license} />}
        <InUse license={license} />
      </Stack>
    </Card>
  );
}
