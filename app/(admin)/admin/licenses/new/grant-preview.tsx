"use client";

import { Badge, Card, Group, Skeleton, Stack, Text, Title } from "@mantine/core";
import type { PolicyRules } from "#server/domain/policy.ts";
import { policySentence } from "#server/domain/policy-sentence.ts";
import { countOf } from "../../../../_components/format.ts";

interface Catalog {
  readonly features: readonly { readonly code: string; readonly name: string }[];
  readonly meters: readonly { readonly code: string; readonly unit: string }[];
}

/** In plain language, what a license will let its customer do. */
export function GrantPreview({
  policyName,
  productName,
  versionNumber,
  rules,
  changed,
  product,
}: {
  policyName: string | undefined;
  productName: string | undefined;
  versionNumber: number | undefined;
  rules: PolicyRules | undefined;
  /** How many rules differ from the policy's. */
  changed: number;
  product: Catalog | undefined;
}) {
  return (
    <Card component="section" aria-label="What will be granted">
      <Stack gap="sm">
        <Title order={2} fz="h3">
          What will be granted
        </Title>
        {policyName === undefined ? (
          <Text fz="sm" c="dimmed">
            Choose a policy to read here, in plain words, what the customer will be able to do.
          </Text>
        ) : (
          <>
            <Group gap={8}>
              <Text fz="sm" fw={600}>
                {productName}
              </Text>
              <Text fz="sm" c="dimmed">
                {policyName}
                {versionNumber !== undefined && ` · version ${versionNumber}`}
              </Text>
            </Group>
            {rules === undefined ? (
              <Stack gap={8} role="status" aria-label="Loading">
                <Skeleton height={12} />
                <Skeleton height={12} />
                <Skeleton height={12} width="60%" />
              </Stack>
            ) : (
              <Text lh={1.65} aria-live="polite">
                {policySentence(rules, names(product))}
              </Text>
            )}
            {changed > 0 && (
              <Badge color="copper" w="fit-content">
                {countOf(changed, "change")} for this license
              </Badge>
            )}
          </>
        )}
      </Stack>
    </Card>
  );
}

function names(product: Catalog | undefined) {
  return {
    features: Object.fromEntries((product?.features ?? []).map(({ code, name }) => [code, name])),
    units: Object.fromEntries((product?.meters ?? []).map(({ code, unit }) => [code, unit])),
  };
}
