"use client";

import { ActionIcon, Menu } from "@mantine/core";
import { IconDownload, IconPhoto, IconTable } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { RefObject } from "react";
import { saveFile } from "../../../_components/save-file.ts";
import { toastFailed } from "../../../_components/toasts.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import type { TableName } from "./figures.ts";
import { type Picture, savePng } from "./save-png.ts";
import type { View } from "./view.ts";

/** What is shown, as a file: its numbers, and where it is drawn, its picture. */
export function Downloads({
  title,
  view,
  table,
  picture,
}: {
  title: string;
  view: View;
  table: TableName;
  /** Undefined while no chart is drawn. */
  picture?:
    | { readonly element: RefObject<HTMLElement | null>; readonly legend: Picture["legend"] }
    | undefined;
}) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const csv = useMutation({
    mutationFn: () => client.fetchQuery(trpc.analytics.csv.queryOptions({ table, ...view })),
    onSuccess: ({ name, content }) => saveFile(name, "text/csv;charset=utf-8", content),
    onError: toastFailed,
  });
  const png = useMutation({
    mutationFn: async () => {
      const element = picture?.element.current;
      if (element) await savePng({ element, legend: picture.legend, title, name: `${table}-${view.period}` });
    },
    onError: toastFailed,
  });
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon
          variant="default"
          size={30}
          aria-label={`Download ${title}`}
          loading={csv.isPending || png.isPending}
        >
          <IconDownload size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconTable size={16} />} onClick={() => csv.mutate()}>
          CSV
        </Menu.Item>
        {picture !== undefined && (
          <Menu.Item leftSection={<IconPhoto size={16} />} onClick={() => png.mutate()}>
            PNG
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
