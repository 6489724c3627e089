"use client";

import { Button } from "@mantine/core";
import { IconArrowBigUpLines } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { policyDiff } from "#server/domain/policy-diff.ts";
import { confirmAction } from "../../../../_components/confirm.tsx";
import { countOf } from "../../../../_components/format.ts";
import { toastDone } from "../../../../_components/toasts.tsx";
import { useTRPC } from "../../../../_trpc/client.tsx";
import { type PolicyData, type VersionData, whoStays } from "./policy-data.ts";

/** Takes every license of older versions to the newest, some at a time until none is left. */
export function MoveLicenses({ policy, to }: { policy: PolicyData; to: VersionData }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const move = useMutation(trpc.policy.moveLicenses.mutationOptions());
  const older = policy.versions.filter(({ number, licenses }) => number !== to.number && licenses.count > 0);
  const moving = whoStays(older);
  if (moving === undefined) return null;

  async function moveAll() {
    let moved = 0;
    const left: string[] = [];
    let after: string | null = null;
    do {
      const step: { moved: number; left: { reason: string }[]; next: string | null } = await move.mutateAsync(
        {
          policyId: policy.id,
          versionId: to.id,
          after,
        },
      );
      moved += step.moved;
      left.push(...step.left.map(({ reason }) => reason));
      after = step.next;
    } while (after !== null);
    await queries.invalidateQueries(trpc.policy.pathFilter());
    const [reason] = left;
    const staying = reason === undefined ? "" : ` ${countOf(left.length, "license")} had to stay: ${reason}`;
    toastDone(`${countOf(moved, "license")} moved to version ${to.number}.${staying}`);
  }

  function confirmMove() {
    const changes = older.flatMap(({ rules }) => policyDiff(rules, to.rules)).length;
    confirmAction({
      title: `Move licenses to version ${to.number}?`,
      effects: [
        `Moves ${moving}.`,
        "Their end and what they override stay; everything else is as the version says, from their next request on.",
        ...(changes === 0 ? ["The versions say the same today."] : []),
      ],
      confirm: "Move licenses",
      run: moveAll,
    });
  }

  return (
    <Button size="xs" variant="light" leftSection={<IconArrowBigUpLines size={14} />} onClick={confirmMove}>
      Move older licenses here
    </Button>
  );
}
