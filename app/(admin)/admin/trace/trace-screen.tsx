"use client";

import { Button, Card, Group, Skeleton, Stack, TextInput } from "@mantine/core";
import { IconRoute, IconSearch } from "@tabler/icons-react";
import { usePathname, useSearchParams } from "next/navigation";
import { useEffect, useState } from "react";
import { EmptyState } from "../../../_components/empty-state.tsx";
import { ErrorState } from "../../../_components/error-state.tsx";
import { PageHeader } from "../../../_components/page-header.tsx";
import { isSecret, questionsOf } from "./question.ts";
import { StoryView } from "./story-view.tsx";
import { isEmpty, useStory } from "./use-story.ts";

/** One text in, the whole story out: what was asked, decided, charged and changed, in order. */
export function TraceScreen() {
  const params = useSearchParams();
  const path = usePathname();
  const asked = params.get("q") ?? "";
  const [secret, setSecret] = useState("");
  const [text, setText] = useState(asked);
  // A link on this very screen leads to another story.
  useEffect(() => {
    if (asked !== "") setText(asked);
  }, [asked]);
  const looked = secret === "" ? asked : secret;

  function look() {
    setSecret(isSecret(text) ? text : "");
    const kept = isSecret(text) ? "" : text.trim();
    window.history.pushState(null, "", kept === "" ? path : `${path}?q=${encodeURIComponent(kept)}`);
  }

  return (
    <>
      <PageHeader
        title="Trace"
        description="Paste what a customer sent you, and read what happened, in order, and why."
      />
      <Card mb="lg">
        <form
          onSubmit={(submitted) => {
            submitted.preventDefault();
            look();
          }}
        >
          <Group align="flex-end" gap="sm">
            <TextInput
              flex="1 1 18rem"
              label="What to look for"
              description="A correlation id, a license key, a ticket's id, or the id of a license, device or seat"
              placeholder="cor_…"
              value={text}
              onChange={(change) => setText(change.currentTarget.value)}
              leftSection={<IconSearch size={16} aria-hidden />}
              spellCheck={false}
              autoComplete="off"
              maxLength={256}
            />
            <Button type="submit">Show the story</Button>
          </Group>
        </form>
      </Card>
      <Found looked={looked} />
    </>
  );
}

function Found({ looked }: { looked: string }) {
  const story = useStory(questionsOf(looked));
  if (looked === "") {
    return (
      <Card>
        <EmptyState icon={IconRoute} title="Nothing to look for yet">
          Every refusal your customers see carries a correlation id, and so does everything else that happens.
          It leads here, to each decision with the rule and the numbers behind it.
        </EmptyState>
      </Card>
    );
  }
  if (isEmpty(story)) {
    return (
      <Card>
        <EmptyState icon={IconRoute} title="Nothing is known of this">
          Compare it with what you were sent: one missing character is enough. Decisions are kept for a time
          only, and what belongs to another account is not found here.
        </EmptyState>
      </Card>
    );
  }
  if (story.error) {
    return (
      <Card>
        <ErrorState error={story.error} retry={() => story.refetch()} busy={story.isFetching} />
      </Card>
    );
  }
  if (story.data === undefined) {
    return (
      <Card>
        <Stack gap="md" aria-label="Loading" aria-busy>
          {[0, 1, 2, 3].map((row) => (
            <Skeleton key={row} height={38} />
          ))}
        </Stack>
      </Card>
    );
  }
  return <StoryView story={story.data} />;
}
