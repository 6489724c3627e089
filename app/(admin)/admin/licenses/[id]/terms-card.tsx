"use client";

import { Box, Button, Card, Group, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconAdjustments } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { policySentence } from "#server/domain/policy-sentence.ts";
import { countOf } from "../../../../_components/format.ts";
import { RelativeTime } from "../../../../_components/relative-time.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";
import classes from "./license.module.css";
import type { License } from "./license.ts";
import { termSections } from "./terms.ts";
import { TermsModal } from "./terms-modal.tsx";

/** What the license permits, and which of it differs from its policy. */
export function TermsCard({ license, mayChange }: { license: License; mayChange: boolean }) {
  const trpc = useTRPC();
  const [changing, { open, close }] = useDisclosure(false);
  const { effective, overrides, overrideSources, policy, product, status } = license;
  const catalog = useQuery(trpc.product.get.queryOptions({ id: product.id }));
  const detail = useQuery(trpc.policy.get.queryOptions({ id: policy.id }));
  const rules = detail.data?.versions.find(({ id }) => id === policy.versionId)?.rules;
  const { features = [], meters = [] } = catalog.data ?? {};
  const names = {
    features: Object.fromEntries(features.map(({ code, name }) => [code, name])),
    meters: Object.fromEntries(meters.map(({ code, name }) => [code, name])),
    units: Object.fromEntries(meters.map(({ code, unit }) => [code, unit])),
  };
  const own = Object.keys(overrides).length;

  return (
    <Card component="section" aria-label="Terms">
      <Group justify="space-between" gap="sm" mb="xs">
        <Title order={2} fz="h3">
          Terms
        </Title>
        {mayChange && status !== "revoked" && (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconAdjustments size={15} />}
            onClick={open}
            disabled={rules === undefined || catalog.data === undefined}
          >
            Change terms
          </Button>
        )}
      </Group>
      <Text lh={1.6}>{policySentence(effective, names)}</Text>
      <Text fz="sm" c="dimmed" mt={6} mb="md">
        {own === 0
          ? `Everything as in ${policy.name}, version ${policy.version}.`
          : `${policy.name}, version ${policy.version}, with ${countOf(own, "change")} for this license.`}
      </Text>
      <Box className={classes.sections}>
        {termSections(effective, rules ?? effective, names).map(({ group, title, lines }) => (
          <section key={group}>
            <Title order={3} fz="sm" mb={2}>
              {title}
            </Title>
            <dl className={classes.section}>
              {lines.map(({ path, label, value, policyValue }) => (
                <div key={path} className={classes.line}>
                  <dt>{label}</dt>
                  <dd>
                    {value}
                    {policyValue !== undefined && (
                      <span className={classes.own}>
                        for this license; version {policy.version}: {policyValue}
                        <Source source={overrideSources[path.split("/")[0] ?? ""]} />
                      </span>
                    )}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </Box>
      {mayChange && rules !== undefined && catalog.data !== undefined && (
        <TermsModal
          opened={changing}
          close={close}
          license={license}
          rules={rules}
          features={catalog.data.features}
        />
      )}
    </Card>
  );
}

/** Who gave the license a value of its own, and when. */
function Source({ source }: { source: License["overrideSources"][string] | undefined }) {
  if (source === undefined) return null;
  return (
    <>
      , set <RelativeTime at={source.at} />
      {source.by !== null && ` by ${source.by}`}
    </>
  );
}
