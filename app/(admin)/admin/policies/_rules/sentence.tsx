"use client";

import { Text } from "@mantine/core";
import { Fragment, useState } from "react";
import type { PolicyRules } from "#server/domain/policy.ts";
import {
  type CatalogNames,
  policyStatements,
  type RuleGroup,
  type Statement,
} from "#server/domain/policy-sentence.ts";
import type { Catalog } from "./editable.ts";
import classes from "./sentence.module.css";

/** What a customer may do, in words. With `live`, what just changed lights up and is read out. */
export function Sentence({
  rules,
  catalog,
  live = false,
  size = "sm",
}: {
  rules: PolicyRules;
  catalog: Catalog | undefined;
  live?: boolean;
  size?: string;
}) {
  const statements = policyStatements(rules, namesIn(catalog));
  return (
    <Text fz={size} lh={1.65} {...(live ? { "aria-live": "polite" as const, className: classes.live } : {})}>
      <Pieces statements={statements} />
    </Text>
  );
}

/** The part of it that one group of fields decides: beside the fields, where the whole is out of sight. */
export function GroupSentence({
  rules,
  catalog,
  group,
}: {
  rules: PolicyRules;
  catalog: Catalog;
  group: RuleGroup;
}) {
  const own = policyStatements(rules, namesIn(catalog)).filter((statement) => statement.group === group);
  const [first, ...others] = own;
  if (first === undefined) return null;
  const text = first.text.charAt(0).toUpperCase() + first.text.slice(1).replace(/,$/, ".");
  return (
    <Text fz="sm" c="dimmed" mb="md" className={`${classes.live} ${classes.group}`}>
      <Pieces statements={[{ group, text }, ...others]} />
    </Text>
  );
}

function Pieces({ statements }: { statements: readonly Statement[] }) {
  const pieces = keyed(statements);
  // What was there from the beginning has not changed, and so does not light up.
  const [first] = useState(() => new Set(pieces.map(({ key }) => key)));
  return pieces.map(({ key, text }) => (
    // A piece whose text changes is a new element, which is what makes it light up.
    <Fragment key={key}>
      <span data-changed={first.has(key) ? undefined : true}>{text}</span>{" "}
    </Fragment>
  ));
}

function keyed(statements: readonly Statement[]): { key: string; text: string }[] {
  const seen = new Map<RuleGroup, number>();
  return statements.map(({ group, text }) => {
    const place = seen.get(group) ?? 0;
    seen.set(group, place + 1);
    return { key: `${group} ${place} ${text}`, text };
  });
}

function namesIn(catalog: Catalog | undefined): CatalogNames {
  return {
    features: byCode(catalog?.features, ({ name }) => name),
    units: byCode(catalog?.meters, ({ unit }) => unit),
  };
}

function byCode<Entry extends { readonly code: string }>(
  entries: readonly Entry[] = [],
  word: (entry: Entry) => string,
): Record<string, string> {
  return Object.fromEntries(entries.map((entry) => [entry.code, word(entry)]));
}
