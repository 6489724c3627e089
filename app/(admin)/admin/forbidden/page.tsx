import { Card } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import type { Metadata } from "next";
import { PERMISSIONS, rolesWith } from "#server/auth/permissions.ts";
import { EmptyState } from "../../../_components/empty-state.tsx";
import type { SearchParams } from "../../../_components/table-url.ts";
import { requireActor } from "../../../_session.ts";

export const metadata: Metadata = { title: "Not allowed" };

export default async function ForbiddenPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const { actor } = await requireActor();
  const { permission } = await searchParams;
  const asked = PERMISSIONS.find((known) => known === permission);
  const roles = new Intl.ListFormat("en", { type: "disjunction" }).format(rolesWith(asked ?? "team:write"));
  return (
    <Card>
      <EmptyState icon={IconLock} title="Your role does not open this page">
        You are signed in as {actor.role}. Ask an {roles} of this account to change your role, or to do it for
        you.
      </EmptyState>
    </Card>
  );
}
