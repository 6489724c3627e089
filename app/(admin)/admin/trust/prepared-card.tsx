"use client";

import { Alert, Button, Checkbox, Group, Stack, Text, Textarea } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconSignature } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { CodeBlock } from "../../../_components/code-block.tsx";
import { FormFailure, useRefusal } from "../../../_components/form.tsx";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import { saveFile } from "../../../_components/save-file.ts";
import { useTRPC } from "../../../_trpc/client.tsx";
import type { Root } from "./trust.ts";
import { useTrustChanged } from "./use-trust-change.ts";

interface Values extends Record<string, unknown> {
  bundle: string;
  takeOffline: boolean;
}

/** A bundle that waits for the root's signature: out by file, back by text. */
export function PreparedCard({
  root,
  prepared,
  mayRotate,
}: {
  root: Root;
  prepared: NonNullable<Root["prepared"]>;
  mayRotate: boolean;
}) {
  const trpc = useTRPC();
  const changed = useTrustChanged();
  const form = useForm<Values>({ initialValues: { bundle: "", takeOffline: !root.offline } });
  const refusal = useRefusal(form);
  const take = useMutation(
    trpc.trust.takeSignedBundle.mutationOptions({
      onError: refusal.show,
      onSuccess: (published) => changed("The signed bundle is in force.", published),
    }),
  );
  const { seq, signingInput, expiresAt } = prepared;
  return (
    <Alert
      color="copper"
      icon={<IconSignature size={20} />}
      title={`Trust bundle ${seq} waits for the root's signature`}
    >
      <Stack gap="sm" mt={4}>
        <Text fz="sm" component="div">
          What was changed since takes effect with it. It would last until <RelativeTime at={expiresAt} />.
        </Text>
        {mayRotate && (
          <>
            <Group>
              <Button
                size="xs"
                variant="default"
                onClick={() => saveFile(`bundle-${seq}.txt`, "text/plain", signingInput)}
              >
                Download what is to be signed
              </Button>
            </Group>
            <CodeBlock
              label="Command"
              code={`node sign-bundle.mjs root-key.pem bundle-${seq}.txt > bundle-${seq}-signed.txt`}
            />
            <form
              onSubmit={form.onSubmit((values) => {
                refusal.clear();
                take.mutate(values);
              })}
              noValidate
            >
              <Stack gap="sm">
                <Textarea
                  label="The signed bundle"
                  description="The text that sign-bundle.mjs wrote; that program is in the scripts folder of Signet, and needs nothing else."
                  autosize
                  minRows={3}
                  maxRows={8}
                  spellCheck={false}
                  {...form.getInputProps("bundle")}
                />
                {!root.offline && (
                  <Checkbox
                    label="Then erase the root's private part here"
                    {...form.getInputProps("takeOffline", { type: "checkbox" })}
                  />
                )}
                <FormFailure failure={refusal.failure} />
                <Group>
                  <Button type="submit" size="xs" loading={take.isPending}>
                    Put it in force
                  </Button>
                </Group>
              </Stack>
            </form>
          </>
        )}
      </Stack>
    </Alert>
  );
}
