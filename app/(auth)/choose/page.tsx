import { Alert, Stack, Text, Title } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import type { Metadata } from "next";
import { redirect } from "next/navigation";
import type { SearchParams } from "../../_components/table-url.ts";
import { currentPlaces, currentUser, toSignIn } from "../../_session.ts";
import { safePath } from "../safe-path.ts";
import { PlaceList } from "./place-list.tsx";

export const metadata: Metadata = { title: "Where to?" };

/** Why somebody was sent here. */
const REASONS: Record<string, string> = {
  not_yours: "The link leads to something that you do not see, or no longer. This is where you belong:",
  tenant_suspended: "That account is suspended. You can still go elsewhere.",
};

/** For whoever belongs in several places, and has not been in any of them with this browser. */
export default async function ChoosePage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const { next, reason } = await searchParams;
  if ((await currentUser()) === undefined) return toSignIn(safePath(next));
  const places = await currentPlaces();
  if (places.length === 0) redirect("/sign-in?reason=access_ended");
  const why = typeof reason === "string" ? REASONS[reason] : undefined;
  return (
    <Stack gap="lg">
      <div>
        <Title order={1}>Where to?</Title>
        <Text c="dimmed">You can switch at any time, in the menu beside the name.</Text>
      </div>
      {why !== undefined && (
        <Alert icon={<IconInfoCircle size={18} />} color="petrol" role="status">
          {why}
        </Alert>
      )}
      <PlaceList places={places} next={safePath(next)} />
    </Stack>
  );
}
