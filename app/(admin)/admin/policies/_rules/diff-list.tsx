"use client";

import { Box, Text } from "@mantine/core";
import { IconArrowRight } from "@tabler/icons-react";
import type { RuleChange } from "#server/domain/policy-diff.ts";
import { RULE_GROUPS } from "#server/domain/policy-sentence.ts";
import classes from "./diff-list.module.css";
import type { Catalog } from "./editable.ts";
import { GROUP_TITLES, type Names, ruleName, ruleValue } from "./rule-words.ts";

/** What differs, a line a rule, in the groups of the form. */
export function DiffList({
  changes,
  catalog,
}: {
  changes: readonly RuleChange[];
  catalog: Catalog | undefined;
}) {
  const names = namesOf(catalog);
  const lines = changes.map((change) => ({ ...change, ...ruleName(change.path, names) }));
  return (
    <Box className={classes.list}>
      {RULE_GROUPS.map((group) => {
        const own = lines.filter((line) => line.group === group);
        if (own.length === 0) return null;
        return (
          <div key={group}>
            <Text fz="xs" fw={600} c="dimmed" mb={2}>
              {GROUP_TITLES[group]}
            </Text>
            <ul className={classes.lines}>
              {own.map(({ path, label, before, after }) => (
                <li key={path} className={classes.line}>
                  <span>{label}</span>
                  <span className={classes.values}>
                    <del className={classes.before}>{ruleValue(path, before)}</del>
                    <IconArrowRight size={14} role="img" aria-label="becomes" />
                    <ins className={classes.after}>{ruleValue(path, after)}</ins>
                  </span>
                </li>
              ))}
            </ul>
          </div>
        );
      })}
    </Box>
  );
}

export function namesOf(catalog: Catalog | undefined): Names {
  const names = (entries: readonly { readonly code: string; readonly name: string }[] = []) =>
    Object.fromEntries(entries.map(({ code, name }) => [code, name]));
  return { features: names(catalog?.features), meters: names(catalog?.meters) };
}
