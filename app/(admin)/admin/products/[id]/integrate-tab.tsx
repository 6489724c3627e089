"use client";

import { Card, SimpleGrid, Stack, Tabs, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { CodeBlock } from "../../../../_components/code-block.tsx";
import { CopyField } from "../../../../_components/copy.tsx";
import { ErrorState } from "../../../../_components/error-state.tsx";
import { TableSkeleton } from "../../../../_components/table-skeleton.tsx";
import type { Addresses } from "../../../../_server.ts";
import { useTRPC } from "../../../../_trpc/client.tsx";
import { activateByCurl, activateInTypeScript, installCommand } from "./snippets.ts";

/** What a developer pastes into the program, with this account's own values in it. */
export function IntegrateTab({ productId, addresses }: { productId: string; addresses: Addresses }) {
  const trpc = useTRPC();
  const sdk = useQuery(trpc.product.sdk.queryOptions({ id: productId }));
  if (sdk.data === undefined) {
    return (
      <Card padding={0}>
        {sdk.error ? (
          <ErrorState error={sdk.error} retry={() => sdk.refetch()} busy={sdk.isFetching} />
        ) : (
          <TableSkeleton columns={2} rows={6} />
        )}
      </Card>
    );
  }
  const values = { server: addresses.licenseServer, ...sdk.data };
  return (
    <Stack gap="lg">
      <Card>
        <Title order={2} fz="h3" mb={4}>
          What your program needs
        </Title>
        <Text fz="sm" c="dimmed" mb="md">
          Nothing here is secret: put it into the source. Everything the program is told is verified down from
          the root key, so a forged server or a patched answer is refused.
        </Text>
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
          <CopyField label="Root key" value={values.rootKey} />
          <CopyField label="License server" value={values.server} />
          <CopyField label="Tenant" value={values.tenant} />
          <CopyField label="Product code" value={values.product} />
        </SimpleGrid>
      </Card>
      <Card>
        <Title order={2} fz="h3" mb="sm">
          Activate a license
        </Title>
        <Tabs defaultValue="typescript" variant="outline">
          <Tabs.List mb="md">
            <Tabs.Tab value="typescript">TypeScript</Tabs.Tab>
            <Tabs.Tab value="curl">curl</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="typescript">
            <Stack gap="sm">
              <CodeBlock label="Install command" code={installCommand(addresses.portal)} />
              <CodeBlock label="TypeScript" code={activateInTypeScript(values)} />
              <Text fz="sm" c="dimmed">
                <code>current()</code> works without a network; <code>activate()</code> binds this device, and
                doing it again takes no second slot.
              </Text>
            </Stack>
          </Tabs.Panel>
          <Tabs.Panel value="curl">
            <Stack gap="sm">
              <CodeBlock label="curl" code={activateByCurl(values)} />
              <Text fz="sm" c="dimmed">
                Makes a key for the device and activates it, as the SDK does. Set <code>LICENSE_KEY</code>{" "}
                first.
              </Text>
            </Stack>
          </Tabs.Panel>
        </Tabs>
      </Card>
    </Stack>
  );
}
