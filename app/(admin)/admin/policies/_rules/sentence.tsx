"use client";

import { Text } from "@mantine/core";
import type { PolicyRules } from "#server/domain/policy.ts";
import { policyStatements } from "#server/domain/policy-sentence.ts";
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
  const statements = policyStatements(rules, {
    features: byCode(catalog?.features, ({ name }) => name),
    units: byCode(catalog?.meters, ({ unit }) => unit),
  });
  const seen = new Map<string, number>();
  return (
    <Text fz={size} lh={1.65} {...(live ? { "aria-live": "polite" as const, className: classes.live } : {})}>
      {statements.map(({ group, text }) => {
        const place = seen.get(group) ?? 0;
        seen.set(group, place + 1);
        // A piece whose text changes is a new element, which is what makes it light up.
        return (
          <span key={`${group} ${place} ${text}`} data-group={group}>
            {text}{" "}
          </span>
        );
      })}
    </Text>
  );
}

function byCode<Entry extends { readonly code: string }>(
  entries: readonly Entry[] = [],
  word: (entry: Entry) => string,
): Record<string, string> {
  return Object.fromEntries(entries.map((entry) => [entry.code, word(entry)]));
}
