"use client";

import { ActionIcon, Button, Group, NumberInput, Stack, Text, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { RULE_WORDS } from "../_rules/rule-words.ts";
import { useEditorContext } from "./editor-context.ts";
import { Field } from "./inputs.tsx";

/** Seats kept for groups of holders: a name and a number each. */
export function ReservedSeats() {
  const { rules, problems, set } = useEditorContext();
  const groups = Object.entries(rules.reservedSeats);
  const problem = Object.entries(problems).find(([path]) => path.split(".")[0] === "reservedSeats")?.[1];

  function replace(index: number, entry: [string, number | null]) {
    set("reservedSeats", Object.fromEntries(groups.map((known, at) => (at === index ? entry : known))));
  }

  function remove(index: number) {
    set("reservedSeats", Object.fromEntries(groups.filter((_, at) => at !== index)));
  }

  function add() {
    const taken = new Set(groups.map(([name]) => name));
    const free = Array.from({ length: groups.length + 1 }, (_, index) => `group ${index + 1}`);
    set("reservedSeats", { ...rules.reservedSeats, [free.find((name) => !taken.has(name)) ?? "group"]: 1 });
  }

  return (
    <Field
      label={RULE_WORDS.reservedSeats.label}
      help="Kept for a group of people, whoever else is waiting. The program names the group."
      error={problem}
    >
      <Stack gap="xs" my={6}>
        {groups.map(([name, size], index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a group's name is what is being typed here.
          <Group key={index} gap="xs" wrap="nowrap">
            <TextInput
              flex={1}
              aria-label={`Group ${index + 1}`}
              value={name}
              // A name that another group has would swallow that group.
              onChange={({ currentTarget: { value } }) =>
                Object.hasOwn(rules.reservedSeats, value) || replace(index, [value, size])
              }
            />
            <NumberInput
              w={110}
              aria-label={`Seats for ${name}`}
              allowDecimal={false}
              allowNegative={false}
              value={size ?? ""}
              onChange={(value) => replace(index, [name, value === "" ? null : Number(value)])}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Remove ${name}`}
              onClick={() => remove(index)}
            >
              <IconX size={16} />
            </ActionIcon>
          </Group>
        ))}
        {groups.length === 0 && (
          <Text fz="sm" c="dimmed">
            None: whoever comes first gets a seat.
          </Text>
        )}
        <Group>
          <Button size="xs" variant="default" leftSection={<IconPlus size={14} />} onClick={add}>
            Reserve seats for a group
          </Button>
        </Group>
      </Stack>
    </Field>
  );
}
