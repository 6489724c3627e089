"use client";

import { Stack } from "@mantine/core";
import { PageHeader } from "../../../_components/page-header.tsx";
import { CertificatesCard } from "./certificates-card.tsx";
import { OfflineFilesCard } from "./offline-files-card.tsx";
import { ProgramsCard } from "./programs-card.tsx";

/** Everything a customer can take away: programs, certificates, and files for machines without a network. */
export function DownloadsScreen({
  vendorName,
  mayBringFiles,
}: {
  vendorName: string;
  mayBringFiles: boolean;
}) {
  return (
    <>
      <PageHeader
        title="Downloads"
        description={`Programs from ${vendorName}, certificates of your licenses, and files for machines without a network.`}
      />
      <Stack gap="lg">
        <ProgramsCard vendorName={vendorName} />
        <CertificatesCard vendorName={vendorName} />
        {mayBringFiles && <OfflineFilesCard vendorName={vendorName} />}
      </Stack>
    </>
  );
}
