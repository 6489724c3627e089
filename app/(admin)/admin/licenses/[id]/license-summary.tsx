"use client";

import { ActionIcon, Box, Button, Card, Group, Stack, Text, Title, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconDownload, IconPencil } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { CopyField, CopyText } from "../../../../_components/copy.tsx";
import { formatDay } from "../../../../_components/format.ts";
import { KeyReveal } from "../../../../_components/key-reveal.tsx";
import { countdown, urgency } from "../../../../_components/license-words.ts";
import { TextLink } from "../../../../_components/links.tsx";
import { RelativeTime, useNow } from "../../../../_components/relative-time.tsx";
import { saveFile } from "../../../../_components/save-file.ts";
import { TimeBar } from "../../../../_components/time-bar.tsx";
import { toastDone, toastFailed } from "../../../../_components/toasts.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";
import classes from "./license.module.css";
import { keyEnding, type License, type LicensePermissions } from "./license.ts";
import { NoteModal } from "./note-modal.tsx";

/** Whose it is, for how long, and its key. */
export function LicenseSummary({
  license,
  may,
  joinUrl,
}: {
  license: License;
  may: LicensePermissions;
  joinUrl: string;
}) {
  const { id, customer, product, policy, issuedAt, note } = license;
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [editing, { open, close }] = useDisclosure(false);
  const reveal = useMutation(
    trpc.license.revealKey.mutationOptions({
      onSuccess: () => queries.invalidateQueries(trpc.license.get.queryFilter({ id })),
    }),
  );
  return (
    <Card component="section" aria-label="Summary">
      <Stack gap="md">
        <Validity license={license} />
        <dl className={classes.facts}>
          <Fact term="Customer">
            <TextLink href={`/admin/customers/${customer.id}`} fz="sm" fw={600}>
              {customer.name}
            </TextLink>
          </Fact>
          <Fact term="Product">
            <TextLink href={`/admin/products/${product.id}`} fz="sm">
              {product.name}
            </TextLink>
          </Fact>
          <Fact term="Policy">
            <TextLink href={`/admin/policies/${policy.id}`} fz="sm">
              {policy.name}, version {policy.version}
            </TextLink>
          </Fact>
          <Fact term="Issued">
            <RelativeTime at={issuedAt} />
          </Fact>
          <Fact term="Id">
            <CopyText value={id} label="license id" shown={`lic_…${id.slice(-6)}`} />
          </Fact>
        </dl>
        {(note || may.issue) && (
          <Box>
            <Group justify="space-between" gap={4}>
              <Text fz="sm" c="dimmed">
                Note
              </Text>
              {may.issue && (
                <Tooltip label="Edit note">
                  <ActionIcon variant="subtle" color="gray" size="sm" aria-label="Edit note" onClick={open}>
                    <IconPencil size={15} />
                  </ActionIcon>
                </Tooltip>
              )}
            </Group>
            <Text fz="sm" c={note ? "inherit" : "dimmed"} className={classes.note ?? ""}>
              {note || "None; only your team sees it."}
            </Text>
          </Box>
        )}
        {may.reveal ? (
          <KeyReveal
            label="License key"
            hint={license.keyHint}
            reveal={async () => (await reveal.mutateAsync({ id })).key}
          />
        ) : (
          <Box>
            <Text fz="sm" c="dimmed">
              License key
            </Text>
            <Text ff="monospace" fz="sm">
              {license.keyHint}
            </Text>
          </Box>
        )}
        {license.status !== "revoked" && (
          <CopyField
            label="Sign-up page"
            description="With this key, the customer's people see the license there."
            value={joinUrl}
          />
        )}
        <CertificateButton license={license} />
      </Stack>
      {may.issue && <NoteModal opened={editing} close={close} id={id} note={note} />}
    </Card>
  );
}

function Validity({ license }: { license: License }) {
  const now = useNow();
  const { validFrom, expiresAt, graceUntil, status } = license;
  const warning = urgency(license, now) === "warning";
  const stopped = status === "revoked" || status === "suspended";
  return (
    <Box>
      <Title order={2} className={classes.countdown} data-urgent={warning} mb={8} suppressHydrationWarning>
        {stopped ? endWords(license) : capital(countdown(license, now))}
      </Title>
      <TimeBar license={license} />
      <Text fz="xs" c="dimmed" mt={6} suppressHydrationWarning>
        {validFrom === null
          ? "Its time begins when the first device is activated."
          : `From ${formatDay(validFrom)}`}
        {validFrom !== null && (expiresAt === null ? ", without an end" : ` to ${formatDay(expiresAt)}`)}
        {expiresAt !== null &&
          graceUntil !== null &&
          graceUntil > expiresAt &&
          `; grace until ${formatDay(graceUntil)}`}
      </Text>
    </Box>
  );
}

function endWords({ status, expiresAt }: License): string {
  if (status === "revoked") return "Revoked for good";
  return expiresAt === null ? "Suspended, without an end" : "Suspended; its time runs on";
}

function CertificateButton({ license }: { license: License }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [busy, setBusy] = useState(false);

  async function download() {
    setBusy(true);
    try {
      const query = trpc.license.certificate.queryOptions({ id: license.id });
      const { certificate } = await queries.fetchQuery({ ...query, staleTime: 0 });
      saveFile(`license-${keyEnding(license).toLowerCase()}.jws`, "application/jose", certificate);
      toastDone("The certificate was downloaded.");
    } catch (error) {
      toastFailed(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Button variant="default" leftSection={<IconDownload size={16} />} loading={busy} onClick={download}>
      Download certificate
    </Button>
  );
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className={classes.fact}>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
