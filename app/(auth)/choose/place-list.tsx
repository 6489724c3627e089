"use client";

import { Badge, Stack, Text, TextInput, UnstyledButton } from "@mantine/core";
import { IconChevronRight, IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import type { Place } from "#server/auth/places.ts";
import { wayTo } from "#server/domain/places.ts";
import { PlaceIcon, PlaceName } from "../../_places/place-menu.tsx";
import classes from "./place-list.module.css";

/** From so many on, people look for a name instead of reading all. */
const SEARCHED_FROM = 8;

export function PlaceList({ places, next }: { places: readonly Place[]; next: string }) {
  const [search, setSearch] = useState("");
  const wanted = search.trim().toLowerCase();
  const found = places.filter(({ name, vendorName }) =>
    `${name} ${vendorName}`.toLowerCase().includes(wanted),
  );
  return (
    <Stack gap="sm">
      {places.length >= SEARCHED_FROM && (
        <TextInput
          aria-label="Search"
          placeholder="Search customer or vendor"
          leftSection={<IconSearch size={16} aria-hidden />}
          value={search}
          onChange={({ currentTarget }) => setSearch(currentTarget.value)}
          autoFocus
        />
      )}
      {found.map((place) => (
        <UnstyledButton key={place.id} component="a" href={wayTo(place.id, next)} className={classes.place}>
          <PlaceIcon place={place} />
          <span className={classes.name}>
            <PlaceName place={place} />
          </span>
          {place.isSuspended ? (
            <Badge color="gray">Suspended</Badge>
          ) : (
            <IconChevronRight size={16} aria-hidden />
          )}
        </UnstyledButton>
      ))}
      {found.length === 0 && <Text c="dimmed">Nothing of that name.</Text>}
    </Stack>
  );
}
