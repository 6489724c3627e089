"use client";

import { MantineProvider } from "@mantine/core";
import { ModalsProvider } from "@mantine/modals";
import { Notifications } from "@mantine/notifications";
import type { ReactNode } from "react";
import { PrintLight } from "./_components/print-light.tsx";
import { PortalQueries } from "./_trpc/client.tsx";
import { cssVariables, theme } from "./theme.ts";

export function Providers({ nonce, children }: { nonce: string; children: ReactNode }) {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      <PrintLight />
      <PortalQueries>
        <ModalsProvider labels={{ confirm: "Confirm", cancel: "Cancel" }}>{children}</ModalsProvider>
      </PortalQueries>
      <Notifications position="bottom-right" limit={4} />
    </MantineProvider>
  );
}
