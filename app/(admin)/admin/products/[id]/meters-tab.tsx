"use client";

import { IconChartBar } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { confirmAction } from "../../../../_components/confirm.tsx";
import { toastDone } from "../../../../_components/toasts.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";
import { CatalogCard } from "./catalog-card.tsx";
import { CatalogRow } from "./catalog-row.tsx";
import { AddMeter, EditMeter, type Meter } from "./meter-form.tsx";

export function MetersTab({
  productId,
  meters,
  mayWrite,
}: {
  productId: string;
  meters: readonly Meter[];
  mayWrite: boolean;
}) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const setArchived = useMutation(
    trpc.product.setMeterArchived.mutationOptions({
      onSuccess: () => queries.invalidateQueries(trpc.product.pathFilter()),
    }),
  );

  function confirmArchive({ id, name }: Meter) {
    confirmAction({
      title: `Archive the meter ${name}?`,
      effects: [
        "New policy versions can no longer grant credits on it.",
        "Published versions, and the licenses under them, keep counting on it.",
      ],
      undo: "You can restore it at any time.",
      confirm: "Archive meter",
      danger: true,
      run: async () => {
        await setArchived.mutateAsync({ id, archived: true });
        toastDone(`${name} was archived.`, () => setArchived.mutateAsync({ id, archived: false }));
      },
    });
  }

  function confirmRestore({ id, name }: Meter) {
    confirmAction({
      title: `Restore the meter ${name}?`,
      effects: ["New policy versions can grant credits on it again."],
      confirm: "Restore meter",
      run: async () => {
        await setArchived.mutateAsync({ id, archived: false });
        toastDone(`${name} was restored.`);
      },
    });
  }

  return (
    <CatalogCard<Meter>
      icon={IconChartBar}
      noun="meter"
      entries={meters}
      emptyTitle="Nothing to count yet"
      lead="A meter is something that is used up: render minutes, exports, API calls. Policies grant credits on it, and usage is charged to them."
      mayWrite={mayWrite}
      renderRow={(meter, edit) => (
        <CatalogRow
          icon={IconChartBar}
          tag={`in ${meter.unit}`}
          name={meter.name}
          code={meter.code}
          archived={meter.archivedAt !== null}
          actions={
            edit && { edit, archive: () => confirmArchive(meter), restore: () => confirmRestore(meter) }
          }
        />
      )}
      renderForm={(meter, close) =>
        meter === undefined ? (
          <AddMeter productId={productId} close={close} />
        ) : (
          <EditMeter meter={meter} close={close} />
        )
      }
    />
  );
}
