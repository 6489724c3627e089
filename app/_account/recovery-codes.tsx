"use client";

import { Alert, Button, Group, SimpleGrid, Text } from "@mantine/core";
import { IconDownload, IconLockOpen, IconPrinter } from "@tabler/icons-react";
import { saveFile } from "../_components/save-file.ts";

/** The recovery codes, at the only moment they can be seen. */
export function RecoveryCodes({ codes }: { codes: readonly string[] }) {
  return (
    <>
      <Alert color="copper" icon={<IconLockOpen size={18} />}>
        <Text fz="sm">
          Keep these where your phone is not: each opens your account once if it is lost. They cannot be shown
          again.
        </Text>
      </Alert>
      <SimpleGrid
        cols={{ base: 1, xs: 2 }}
        spacing={6}
        aria-label="Recovery codes"
        component="ul"
        p={0}
        m={0}
      >
        {codes.map((code) => (
          <Text key={code} component="li" ff="monospace" fz="sm" style={{ listStyle: "none" }}>
            {code}
          </Text>
        ))}
      </SimpleGrid>
      <Group gap="sm">
        <Button
          variant="default"
          size="xs"
          leftSection={<IconDownload size={14} />}
          onClick={() => saveFile("signet-recovery-codes.txt", "text/plain", `${codes.join("\n")}\n`)}
        >
          Save as a file
        </Button>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPrinter size={14} />}
          onClick={() => window.print()}
        >
          Print
        </Button>
      </Group>
    </>
  );
}
