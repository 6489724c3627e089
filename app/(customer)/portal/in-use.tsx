"use client";

import { Progress, Text } from "@mantine/core";
import { type Icon, IconArmchair, IconCoins, IconDeviceDesktop } from "@tabler/icons-react";
import Link from "next/link";
import { countOf, formatNumber } from "../../_components/format.ts";
import classes from "./in-use.module.css";

interface Used {
  readonly id: string;
  readonly activationCount: number;
  readonly activationsMax: number | null;
  readonly seats: { readonly held: number; readonly capacity: number } | null;
  readonly credits: readonly {
    readonly meter: string;
    readonly name: string;
    readonly unit: string;
    readonly granted: number;
    readonly left: number;
  }[];
}

/** Devices, seats and credits of a license, each as a number, a bar and a way to more. */
export function InUse({ license }: { license: Used }) {
  const { id, activationCount, activationsMax, seats, credits } = license;
  return (
    <ul className={classes.list}>
      <Part
        icon={IconDeviceDesktop}
        href={`/portal/devices?licenseId=${id}`}
        words={
          activationsMax === null
            ? `${countOf(activationCount, "device")} in use`
            : `${formatNumber(activationCount)} of ${countOf(activationsMax, "device")} in use`
        }
        share={activationsMax === null || activationsMax === 0 ? undefined : activationCount / activationsMax}
      />
      {seats !== null && (
        <Part
          icon={IconArmchair}
          href={`/portal/seats?licenseId=${id}`}
          words={`${formatNumber(seats.held)} of ${countOf(seats.capacity, "seat")} taken`}
          share={seats.held / seats.capacity}
        />
      )}
      {credits.map(({ meter, name, unit, granted, left }) => (
        <Part
          key={meter}
          icon={IconCoins}
          words={`${formatNumber(left)} ${unit} left`}
          title={name}
          share={granted <= 0 ? undefined : (granted - left) / granted}
        />
      ))}
    </ul>
  );
}

function Part({
  icon: Glyph,
  words,
  share,
  href,
  title,
}: {
  icon: Icon;
  words: string;
  /** How much of it is used, 0 to 1; undefined where there is no end. */
  share: number | undefined;
  href?: string;
  title?: string;
}) {
  const face = (
    <>
      <Glyph size={17} stroke={1.7} aria-hidden />
      <span className="tabular">{words}</span>
    </>
  );
  return (
    <li className={classes.part}>
      {href === undefined ? (
        <Text span fz="sm" className={classes.face} title={title}>
          {face}
        </Text>
      ) : (
        <Link href={href} className={classes.face}>
          {face}
        </Link>
      )}
      {share !== undefined && (
        <Progress
          value={Math.min(100, Math.max(0, share * 100))}
          size={5}
          color={share >= 1 ? "orange" : "petrol"}
          aria-label={words}
        />
      )}
    </li>
  );
}
