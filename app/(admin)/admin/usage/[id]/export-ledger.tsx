"use client";

import { Button } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { formatNumber } from "../../../../_components/format.ts";
import { saveFile } from "../../../../_components/save-file.ts";
import { toastDone, toastFailed } from "../../../../_components/toasts.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";
import type { Account, LedgerLine } from "../account.ts";
import { ledgerCsv } from "../credit-words.ts";
import type { ledgerInput } from "./list.ts";

type Page = { readonly items: readonly LedgerLine[]; readonly nextCursor: string | null };

const LINES_AT_ONCE = 1_000;
const LINES_MAX = 100_000;

/** Downloads what the filters leave of a ledger, page by page, saying how far it is. */
export function ExportLedger({
  account,
  input,
}: {
  account: Account;
  input: ReturnType<typeof ledgerInput>;
}) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [read, setRead] = useState<number>();

  async function download() {
    const lines: LedgerLine[] = [];
    const { cursor: _, ...filters } = input;
    const pageAfter = (cursor: string | null) =>
      queries.fetchQuery({
        ...trpc.balance.ledger.queryOptions({ ...filters, limit: LINES_AT_ONCE, cursor }),
        staleTime: 0,
        gcTime: 0,
      });
    let cursor: string | null = null;
    setRead(0);
    try {
      do {
        const page: Page = await pageAfter(cursor);
        lines.push(...page.items);
        setRead(lines.length);
        cursor = page.nextCursor;
      } while (cursor !== null && lines.length < LINES_MAX);
      saveFile(`ledger-${account.meter.code}-${account.id.slice(-6)}.csv`, "text/csv", ledgerCsv(lines));
      toastDone(
        cursor === null
          ? `${formatNumber(lines.length)} lines were exported.`
          : `The newest ${formatNumber(lines.length)} lines were exported; choose a last day to get older ones.`,
      );
    } catch (error) {
      toastFailed(error);
    } finally {
      setRead(undefined);
    }
  }

  return (
    <Button
      variant="default"
      leftSection={<IconDownload size={16} />}
      onClick={download}
      disabled={read !== undefined}
    >
      {read === undefined ? "Export CSV" : `${formatNumber(read)} lines …`}
    </Button>
  );
}
