"use client";

import { Loader } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { Spotlight, spotlight } from "@mantine/spotlight";
import {
  type Icon,
  IconArrowRight,
  IconBox,
  IconBuilding,
  IconCertificate,
  IconDeviceLaptop,
  IconKey,
  IconRoute,
  IconScale,
  IconSearch,
  IconUsers,
} from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import type { Permission } from "#server/auth/permissions.ts";
import { describeFailure } from "../../_components/failure.ts";
import { StatusBadge } from "../../_components/status-badge.tsx";
import { useTRPC } from "../../_trpc/client.tsx";
import { readRecent, rememberRecent } from "./recent.ts";
import { GROUP_TITLES, HIT_KINDS, type Hit, type HitKind, hitsOf, pagesFor } from "./results.ts";
import classes from "./search.module.css";

const LENGTH_MIN = 2;
const PAUSE_MS = 120;

const ICONS: Readonly<Record<HitKind, Icon>> = {
  page: IconArrowRight,
  license: IconCertificate,
  customer: IconBuilding,
  device: IconDeviceLaptop,
  product: IconBox,
  policy: IconScale,
  apiKey: IconKey,
  person: IconUsers,
  trace: IconRoute,
};

/** The search over everything, behind ⌘K: what was opened last, then what fits as one types. */
export function Search({ tenantId, permissions }: { tenantId: string; permissions: readonly Permission[] }) {
  const trpc = useTRPC();
  const router = useRouter();
  const [text, setText] = useState("");
  const [recent, setRecent] = useState<Hit[]>([]);
  const [settled] = useDebouncedValue(text.trim(), PAUSE_MS);
  const asks = text.trim().length >= LENGTH_MIN;
  const search = useQuery(
    trpc.search.query.queryOptions(
      { text: settled },
      {
        enabled: asks && settled.length >= LENGTH_MIN,
        placeholderData: keepPreviousData,
        staleTime: 10_000,
        retry: false,
        // What is no longer wanted is not waited for.
        trpc: { abortOnUnmount: true },
      },
    ),
  );
  const waiting = asks && (search.isFetching || settled !== text.trim());
  const found = asks && search.data !== undefined ? hitsOf(search.data) : [];
  const hits =
    text.trim() === ""
      ? [...recent, ...pagesFor("", permissions)]
      : [...found, ...pagesFor(text, permissions)];

  /** Of what text the first thing found is opened as soon as it is there: Enter came before the answer. */
  const [awaited, setAwaited] = useState<string>();

  function open(hit: Hit) {
    rememberRecent(tenantId, hit);
    router.push(hit.href);
  }

  function openFirst() {
    setAwaited(undefined);
    const [first] = hits;
    if (first === undefined || search.error !== null) return;
    spotlight.close();
    open(first);
  }

  useEffect(() => {
    if (awaited !== undefined && awaited === text.trim() && !waiting) openFirst();
  });

  return (
    <Spotlight.Root
      query={text}
      onQueryChange={(changed) => {
        setText(changed);
        setAwaited(undefined);
      }}
      onSpotlightOpen={() => setRecent(readRecent(tenantId).filter(({ kind }) => kind !== "page"))}
      shortcut={["mod + K"]}
      tagsToIgnore={[]}
      scrollable
      // Where it opens it stays, however much is found.
      centered={false}
      maxHeight="min(70vh, 34rem)"
      transitionProps={{ duration: 0 }}
    >
      <Spotlight.Search
        aria-label="Search everything"
        placeholder="Name, end of a key, device, e-mail, any id"
        leftSection={waiting ? <Loader size={16} /> : <IconSearch size={18} aria-hidden />}
        maxLength={200}
        onKeyDown={(pressed) => {
          setAwaited(undefined);
          // What is found comes after what is typed, so that nothing of it is chosen yet: then it is the first.
          const isChosen = document.querySelector("[data-action][data-selected]") !== null;
          if (pressed.key !== "Enter" || isChosen) return;
          if (waiting) setAwaited(text.trim());
          else openFirst();
        }}
      />
      <Spotlight.ActionsList>
        {text.trim() === "" && recent.length > 0 && <Group title="Opened last" hits={recent} onOpen={open} />}
        {HIT_KINDS.toSorted((a, b) => Number(a === "page") - Number(b === "page")).map((kind) => {
          const own = (text.trim() === "" ? hits.slice(recent.length) : hits).filter(
            (hit) => hit.kind === kind,
          );
          return own.length > 0 && <Group key={kind} title={GROUP_TITLES[kind]} hits={own} onOpen={open} />;
        })}
        {hits.length === 0 && <Spotlight.Empty>{emptyWords(asks, waiting, search.error)}</Spotlight.Empty>}
      </Spotlight.ActionsList>
      <Spotlight.Footer className={classes.foot}>
        <span>
          <kbd>↑</kbd> <kbd>↓</kbd> choose
        </span>
        <span>
          <kbd>Enter</kbd> open
        </span>
        <span>
          <kbd>Esc</kbd> close
        </span>
      </Spotlight.Footer>
    </Spotlight.Root>
  );
}

function Group({ title, hits, onOpen }: { title: string; hits: readonly Hit[]; onOpen(hit: Hit): void }) {
  return (
    <Spotlight.ActionsGroup label={title}>
      {hits.map((hit) => {
        const Glyph = ICONS[hit.kind];
        return (
          <Spotlight.Action
            key={hit.key}
            label={hit.label}
            {...(hit.description === "" ? {} : { description: hit.description })}
            leftSection={<Glyph size={20} stroke={1.6} aria-hidden />}
            rightSection={hit.status && <StatusBadge status={hit.status} />}
            onClick={() => onOpen(hit)}
          />
        );
      })}
    </Spotlight.ActionsGroup>
  );
}

function emptyWords(asks: boolean, waiting: boolean, error: unknown): string {
  if (!asks) return "Type at least two characters.";
  if (waiting) return "Searching …";
  if (error) return describeFailure(error).message;
  return "Nothing fits. Words are found by how they begin, keys by their last characters, ids whole.";
}
