"use client";

import { Stack, Text } from "@mantine/core";
import { CodeBlock } from "../../../_components/code-block.tsx";
import { ShownOnce } from "../../../_components/key-reveal.tsx";
import { TextLink } from "../../../_components/links.tsx";
import { verifySnippet } from "./webhook.ts";

/** A new signing secret, and a receiver that uses it. */
export function SecretOnce({ secret, because }: { secret: string; because: string }) {
  return (
    <Stack gap="md">
      <ShownOnce label="Signing secret" value={secret} because={because} />
      <div>
        <Text fz="sm" mb={6}>
          A receiver in TypeScript, with <code>npm install standardwebhooks</code>; there are libraries for
          other languages too.{" "}
          <TextLink href="/docs/webhooks" fz="sm">
            How to receive webhooks
          </TextLink>
        </Text>
        <CodeBlock label="Receiver" code={verifySnippet(secret)} />
      </div>
    </Stack>
  );
}
