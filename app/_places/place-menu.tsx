"use client";

import { Box, Menu, Text, UnstyledButton } from "@mantine/core";
import { IconBuilding, IconCertificate, IconCheck, IconSelector } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { Place } from "#server/auth/places.ts";
import { wayTo } from "#server/domain/places.ts";
import classes from "./place-menu.module.css";

/** Of more, the page to choose on shows all. */
const LISTED_MAX = 10;

/**
 * Where its person is and, for those who belong in several places, the way to the others. Its links load a whole page, so that
 * nothing seen in one place stays in memory for another.
 */
export function PlaceMenu({
  place,
  places,
  children,
}: {
  place: string;
  places: readonly Place[];
  /** What the closed menu shows. */
  children: ReactNode;
}) {
  if (places.every(({ id }) => id === place)) return <div className={classes.face}>{children}</div>;
  const here = places.find(({ id }) => id === place);
  const listed = places.filter((each) => each === here || places.indexOf(each) < LISTED_MAX);
  return (
    <Menu width={290} position="bottom-start">
      <Menu.Target>
        <UnstyledButton className={classes.face} aria-label={`${here?.name ?? "Here"}: go elsewhere`}>
          {children}
          <IconSelector size={16} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown mah="60vh" style={{ overflowY: "auto" }}>
        <Section
          label="Your licenses"
          places={listed.filter(({ kind }) => kind === "customer")}
          here={here}
        />
        <Section label="Your teams" places={listed.filter(({ kind }) => kind === "team")} here={here} />
        {listed.length < places.length && (
          <>
            <Menu.Divider />
            <Menu.Item component="a" href="/choose">
              All {places.length}…
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

function Section({
  label,
  places,
  here,
}: {
  label: string;
  places: readonly Place[];
  here: Place | undefined;
}) {
  if (places.length === 0) return null;
  return (
    <>
      <Menu.Label>{label}</Menu.Label>
      {places.map((place) => (
        <Menu.Item
          key={place.id}
          component="a"
          href={wayTo(place.id)}
          leftSection={<PlaceIcon place={place} />}
          rightSection={place === here ? <IconCheck size={16} aria-label="You are here" /> : null}
        >
          <PlaceName place={place} />
        </Menu.Item>
      ))}
    </>
  );
}

export function PlaceIcon({ place: { kind } }: { place: Place }) {
  return kind === "team" ? <IconBuilding size={16} aria-hidden /> : <IconCertificate size={16} aria-hidden />;
}

/** A customer with whose licenses they are: one customer may hold licenses of several vendors. */
export function PlaceName({ place: { kind, name, vendorName } }: { place: Place }) {
  return (
    <Box component="span" display="block" miw={0}>
      <Text span display="block" fz="sm" fw={600} style={{ overflowWrap: "anywhere" }}>
        {name}
      </Text>
      <Text span display="block" fz="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
        {kind === "team" ? "The vendor's side" : `Licenses from ${vendorName}`}
      </Text>
    </Box>
  );
}
