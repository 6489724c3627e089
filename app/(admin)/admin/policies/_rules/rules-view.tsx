"use client";

import { SimpleGrid, Text } from "@mantine/core";
import type { JsonValue } from "#server/domain/canonical-json.ts";
import type { PolicyRules } from "#server/domain/policy.ts";
import { RULE_GROUPS, type RuleGroup } from "#server/domain/policy-sentence.ts";
import { namesOf } from "./diff-list.tsx";
import type { Catalog } from "./editable.ts";
import { GROUP_TITLES, RULE_WORDS, ruleName, ruleValue } from "./rule-words.ts";
import classes from "./rules-view.module.css";

/** Every rule that has a say, in the groups of the form, to be read. */
export function RulesView({ rules, catalog }: { rules: PolicyRules; catalog: Catalog | undefined }) {
  const names = namesOf(catalog);
  const lines = saying(rules).map(([path, value]) => ({ path, value, ...ruleName(path, names) }));
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl" verticalSpacing="lg">
      {RULE_GROUPS.map((group) => {
        const own = lines.filter((line) => line.group === group);
        return (
          <div key={group}>
            <Text fz="sm" fw={650} mb={4}>
              {GROUP_TITLES[group]}
            </Text>
            {own.length === 0 ? (
              <Text fz="sm" c="dimmed">
                {NOTHING[group]}
              </Text>
            ) : (
              <dl className={classes.list}>
                {own.map(({ path, value, label }) => (
                  <div key={path} className={classes.line}>
                    <dt>{label}</dt>
                    <dd>{ruleValue(path, value)}</dd>
                  </div>
                ))}
              </dl>
            )}
          </div>
        );
      })}
    </SimpleGrid>
  );
}

const NOTHING: Partial<Record<RuleGroup, string>> = {
  seats: "None lent.",
  usage: "Nothing is counted.",
  features: "None granted.",
};

/** Path and value of each rule, without those that another one switches off. */
function saying({ meters, features, reservedSeats, ...rules }: PolicyRules): [string, JsonValue][] {
  const plain = Object.entries(rules).filter(([name]) => {
    const group = Object.hasOwn(RULE_WORDS, name)
      ? ruleName(name, { features: {}, meters: {} }).group
      : undefined;
    if (group === "seats") return rules.seats > 0;
    if (name === "offlineDaysMax" || name === "trustMaxAgeDays") return rules.offlineAllowed;
    if (name === "graceDays" || name === "validFrom") return rules.type !== "perpetual";
    return true;
  });
  return [
    ...plain,
    ...Object.entries(reservedSeats).map(([name, seats]): [string, JsonValue] => [
      `reservedSeats/${name}`,
      seats,
    ]),
    ...Object.entries(meters).flatMap(([code, meter]) =>
      Object.entries(meter).map(([name, value]): [string, JsonValue] => [`meters/${code}/${name}`, value]),
    ),
    ...Object.entries(features).map(([code, value]): [string, JsonValue] => [`features/${code}`, value]),
  ];
}
