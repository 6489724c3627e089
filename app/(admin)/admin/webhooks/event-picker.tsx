"use client";

import { Checkbox, Code, Fieldset, Input, Stack, Switch, Text } from "@mantine/core";
import { ALL_EVENTS, asSubscriptions, type Subscription } from "#server/domain/event-catalogue.ts";
import { EVENT_GROUPS } from "./webhook.ts";

/** What an endpoint is told of: everything, or some of it, each with what it means. */
export function EventPicker({
  value,
  onChange,
  error,
}: {
  value: readonly Subscription[];
  onChange: (events: Subscription[]) => void;
  error?: React.ReactNode;
}) {
  const all = value.includes(ALL_EVENTS);
  return (
    <Input.Wrapper label="What it is told of" error={error} component="div">
      <Stack gap="sm" mt={6}>
        <Switch
          label="Everything, also what is added later"
          checked={all}
          onChange={(event) => onChange(event.currentTarget.checked ? [ALL_EVENTS] : [])}
        />
        {!all &&
          EVENT_GROUPS.map(({ label, events }) => (
            <Fieldset key={label} legend={label} radius="md">
              <Checkbox.Group value={[...value]} onChange={(chosen) => onChange(asSubscriptions(chosen))}>
                <Stack gap="xs">
                  {events.map(({ type, when }) => (
                    <Checkbox
                      key={type}
                      value={type}
                      label={<Code>{type}</Code>}
                      description={
                        <Text span fz="xs">
                          {when}
                        </Text>
                      }
                    />
                  ))}
                </Stack>
              </Checkbox.Group>
            </Fieldset>
          ))}
      </Stack>
    </Input.Wrapper>
  );
}
