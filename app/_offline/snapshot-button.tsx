"use client";

import { Button } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { saveFile } from "../_components/save-file.ts";
import { toastFailed } from "../_components/toasts.tsx";
import type { Desk } from "./procedures.ts";

/** The security snapshot of now, to be carried to machines that have an old one. */
export function SnapshotButton({ desk }: { desk: Desk }) {
  const snapshot = useMutation(
    desk.procedures.snapshot.mutationOptions({
      onSuccess: (text) => saveFile("security-snapshot.txt", "text/plain", text),
      onError: toastFailed,
    }),
  );
  return (
    <Button
      variant="default"
      leftSection={<IconDownload size={16} />}
      loading={snapshot.isPending}
      onClick={() => snapshot.mutate()}
    >
      Security snapshot
    </Button>
  );
}
