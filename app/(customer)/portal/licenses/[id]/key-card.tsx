"use client";

import { Button, Card, Stack, Text, Title } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { KeyReveal } from "../../../../_components/key-reveal.tsx";
import { saveFile } from "../../../../_components/save-file.ts";
import { toastDone, toastFailed } from "../../../../_components/toasts.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";
import type { OwnLicense } from "./own-license.ts";

/** The key, which a manager may look at, and the certificate, which anybody here may keep. */
export function KeyCard({ license, mayReveal }: { license: OwnLicense; mayReveal: boolean }) {
  const { id, keyHint } = license;
  const trpc = useTRPC();
  const queries = useQueryClient();
  const reveal = useMutation(trpc.portal.license.revealKey.mutationOptions());
  const [busy, setBusy] = useState(false);

  async function download() {
    setBusy(true);
    try {
      const query = trpc.portal.license.certificate.queryOptions({ id });
      const { certificate } = await queries.fetchQuery({ ...query, staleTime: 0 });
      saveFile(`license-${keyHint.slice(-5).toLowerCase()}.jws`, "application/jose", certificate);
      toastDone("The certificate was downloaded.");
    } catch (error) {
      toastFailed(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Card component="section" aria-labelledby="key">
      <Title order={2} fz="h3" id="key" mb="sm">
        Key and certificate
      </Title>
      <Stack gap="sm">
        {mayReveal && license.status !== "revoked" ? (
          <KeyReveal
            label="License key"
            hint={keyHint}
            reveal={async () => (await reveal.mutateAsync({ id })).key}
          />
        ) : (
          <div>
            <Text ff="monospace" fz="sm">
              {keyHint}
            </Text>
            <Text fz="xs" c="dimmed">
              {license.status === "revoked"
                ? "The key of a revoked license opens nothing any more."
                : "Your managers can see the whole key."}
            </Text>
          </div>
        )}
        <Text fz="sm" c="dimmed">
          The certificate is the license as a signed file, to keep with your papers. It holds no key.
        </Text>
        <Button
          variant="default"
          leftSection={<IconDownload size={16} />}
          loading={busy}
          onClick={download}
          w="fit-content"
        >
          Download certificate
        </Button>
      </Stack>
    </Card>
  );
}
