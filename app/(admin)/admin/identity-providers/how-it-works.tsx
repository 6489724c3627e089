"use client";

import { Card, List, SimpleGrid, Text, Title } from "@mantine/core";
import { CodeBlock } from "../../../_components/code-block.tsx";
import { SCOPE_WORDS } from "../api-keys/scope-words.ts";
import { EMPTY, EXAMPLE_TIME, exampleToken, granted, type IdentityProvider, valuesOf } from "./provider.ts";

/** What is checked of a token, and one call with it, for the first provider there is or an invented one. */
export function HowItWorks({
  example,
  usageUrl,
}: {
  example: IdentityProvider | undefined;
  usageUrl: string;
}) {
  const values = example === undefined ? EMPTY : valuesOf(example);
  const event = {
    id: "order-4711",
    meter: "render-minutes",
    amount: 3,
    occurredAt: EXAMPLE_TIME.toISOString(),
  };
  const call = [
    `curl ${usageUrl} \\`,
    `  -H "Authorization: Bearer $TOKEN" \\`,
    `  -H "Content-Type: application/json" \\`,
    `  -d '${JSON.stringify({ license: "lic_…", events: [event] })}'`,
  ].join("\n");
  return (
    <Card component="section" aria-labelledby="how-title">
      <Title order={2} fz="h3" id="how-title" mb="xs">
        How a token is judged
      </Title>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <List spacing={6} fz="sm" type="ordered">
          <List.Item>Its iss is the issuer, letter for letter.</List.Item>
          <List.Item>
            Its signature fits a key of that provider. Keys are fetched when a new one appears, so rotation
            needs nothing of you.
          </List.Item>
          <List.Item>
            Its aud is the audience, and its exp is still ahead. A token without exp is refused.
          </List.Item>
          <List.Item>
            The claim says what it may do here:{" "}
            {granted(values.rules)
              .map((scope) => SCOPE_WORDS[scope].toLowerCase())
              .join("; ") || "nothing yet"}
            . Values that are not listed count for nothing.
          </List.Item>
          <List.Item>
            Whatever is wrong, the answer is one: unauthorized. Its sub is kept with each decision.
          </List.Item>
        </List>
        <div>
          <Text fz="sm" fw={500} mb={4}>
            {example === undefined ? "For example, a token with" : "A token that is taken"}
          </Text>
          <CodeBlock label="Token" code={exampleToken(values)} />
          <Text fz="sm" fw={500} mt="sm" mb={4}>
            charges credits with
          </Text>
          <CodeBlock label="Call" code={call} />
        </div>
      </SimpleGrid>
    </Card>
  );
}
