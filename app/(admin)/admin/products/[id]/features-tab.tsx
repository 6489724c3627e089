"use client";

import { IconPuzzle } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { confirmAction } from "../../../../_components/confirm.tsx";
import { toastDone } from "../../../../_components/toasts.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";
import { CatalogCard } from "./catalog-card.tsx";
import { CatalogRow } from "./catalog-row.tsx";
import { AddFeature, EditFeature } from "./feature-form.tsx";
import { type Feature, KIND_LOOKS } from "./feature-kinds.ts";

export function FeaturesTab({
  productId,
  features,
  mayWrite,
}: {
  productId: string;
  features: readonly Feature[];
  mayWrite: boolean;
}) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const setArchived = useMutation(
    trpc.product.setFeatureArchived.mutationOptions({
      onSuccess: () => queries.invalidateQueries(trpc.product.pathFilter()),
    }),
  );

  function confirmArchive({ id, name }: Feature) {
    confirmAction({
      title: `Archive the feature ${name}?`,
      effects: [
        "New policy versions can no longer grant it.",
        "Published versions, and the licenses under them, keep it.",
      ],
      undo: "You can restore it at any time.",
      confirm: "Archive feature",
      danger: true,
      run: async () => {
        await setArchived.mutateAsync({ id, archived: true });
        toastDone(`${name} was archived.`, () => setArchived.mutateAsync({ id, archived: false }));
      },
    });
  }

  function confirmRestore({ id, name }: Feature) {
    confirmAction({
      title: `Restore the feature ${name}?`,
      effects: ["New policy versions can grant it again."],
      confirm: "Restore feature",
      run: async () => {
        await setArchived.mutateAsync({ id, archived: false });
        toastDone(`${name} was restored.`);
      },
    });
  }

  return (
    <CatalogCard<Feature>
      icon={IconPuzzle}
      noun="feature"
      entries={features}
      emptyTitle="Nothing to switch on yet"
      lead="A feature is something a license can grant: a switch, a limit or a text. Your program asks for it by its code."
      mayWrite={mayWrite}
      renderRow={(feature, edit) => (
        <CatalogRow
          icon={KIND_LOOKS[feature.kind].icon}
          tag={KIND_LOOKS[feature.kind].label}
          name={feature.name}
          code={feature.code}
          description={feature.description}
          archived={feature.archivedAt !== null}
          actions={
            edit && { edit, archive: () => confirmArchive(feature), restore: () => confirmRestore(feature) }
          }
        />
      )}
      renderForm={(feature, close) =>
        feature === undefined ? (
          <AddFeature productId={productId} close={close} />
        ) : (
          <EditFeature feature={feature} close={close} />
        )
      }
    />
  );
}
