"use client";

import { Switch } from "@mantine/core";
import type { ReactNode } from "react";
import type { PolicyRules } from "#server/domain/policy.ts";
import { RULE_WORDS } from "../_rules/rule-words.ts";
import { useEditorContext } from "./editor-context.ts";
import { Duration, WholeNumber } from "./inputs.tsx";

type Named<Value> = Exclude<
  { [Name in keyof PolicyRules]: PolicyRules[Name] extends Value ? Name : never }[keyof PolicyRules],
  "meters" | "features"
>;

/** A rule that is a number: of things, or of days. */
export function NumberRule({
  name,
  help,
  placeholder,
}: {
  name: Named<number | null>;
  help?: ReactNode;
  placeholder?: string;
}) {
  const { rules, problems, set } = useEditorContext();
  const { label, scale } = RULE_WORDS[name];
  return (
    <div data-rule={name}>
      <WholeNumber
        label={label}
        help={help}
        error={problems[name]}
        value={rules[name]}
        onChange={(value) => set(name, value)}
        {...(scale === "days" ? { unit: "day" } : {})}
        {...(placeholder === undefined ? {} : { placeholder })}
      />
    </div>
  );
}

export function DurationRule({ name, help }: { name: Named<number>; help?: ReactNode }) {
  const { rules, problems, set } = useEditorContext();
  return (
    <div data-rule={name}>
      <Duration
        label={RULE_WORDS[name].label}
        help={help}
        error={problems[name]}
        value={rules[name]}
        onChange={(value) => set(name, value)}
      />
    </div>
  );
}

export function SwitchRule({
  name,
  label,
  help,
}: {
  name: Named<boolean>;
  label?: string;
  help?: ReactNode;
}) {
  const { rules, problems, set } = useEditorContext();
  return (
    <div data-rule={name}>
      <Switch
        label={label ?? RULE_WORDS[name].label}
        description={help}
        error={problems[name]}
        checked={rules[name]}
        onChange={(event) => set(name, event.currentTarget.checked)}
      />
    </div>
  );
}
