"use client";

import { Box, SegmentedControl, Select, SimpleGrid, Stack, Switch } from "@mantine/core";
import type { PolicyRules } from "#server/domain/policy.ts";
import { RULE_WORDS } from "../_rules/rule-words.ts";
import { useEditorContext } from "./editor-context.ts";
import { Field, WholeNumber } from "./inputs.tsx";
import { ReservedSeats } from "./reserved-seats.tsx";
import { DurationRule, NumberRule, SwitchRule } from "./rule-fields.tsx";

const COLUMNS = { base: 1, sm: 2 };

const TYPES = {
  perpetual: "Bought once, kept for ever.",
  subscription: "Ends after a while unless it is renewed.",
  trial: "A subscription for looking around; told apart from paying ones in every list and chart.",
} as const;
const TRIAL_DAYS = 14;
const SUBSCRIPTION_DAYS = 365;

export function ValidityGroup() {
  const { rules, problems, set, setMany } = useEditorContext();

  function setType(type: PolicyRules["type"]) {
    if (type === "perpetual") return setMany({ type, durationDays: null, graceDays: 0 });
    setMany({
      type,
      durationDays: rules.durationDays ?? (type === "trial" ? TRIAL_DAYS : SUBSCRIPTION_DAYS),
    });
  }

  return (
    <Stack gap="md">
      <Field label={RULE_WORDS.type.label} help={TYPES[rules.type]} error={problems.type}>
        <Box mb={4}>
          <SegmentedControl
            aria-label={RULE_WORDS.type.label}
            value={rules.type}
            onChange={setType}
            data={[
              { value: "perpetual", label: "Perpetual" },
              { value: "subscription", label: "Subscription" },
              { value: "trial", label: "Trial" },
            ]}
          />
        </Box>
      </Field>
      {(rules.type !== "perpetual" ||
        problems.durationDays !== undefined ||
        problems.graceDays !== undefined) && (
        <SimpleGrid cols={COLUMNS} spacing="md">
          <NumberRule name="durationDays" placeholder="Number of days" />
          <Select
            label={RULE_WORDS.validFrom.label}
            description="From when the days count."
            inputWrapperOrder={["label", "input", "description", "error"]}
            allowDeselect={false}
            data={[
              { value: "issue", label: "When it is issued" },
              { value: "first_activation", label: "At the first activation" },
            ]}
            value={rules.validFrom}
            onChange={(value) => set("validFrom", value === "issue" ? "issue" : "first_activation")}
          />
          <NumberRule name="graceDays" help="After its end it still works, and says that it has ended." />
        </SimpleGrid>
      )}
    </Stack>
  );
}

const MATCHES = [
  { value: "all", label: "All components match" },
  { value: "most", label: "Most components match" },
  { value: "any", label: "Any component matches" },
  { value: "atLeast", label: "At least a number of them match" },
] as const;

export function DevicesGroup() {
  const { rules, problems, set } = useEditorContext();
  const match = rules.fingerprintMatch;
  const atLeast = typeof match === "string" ? undefined : match.atLeast;

  function setMatch(value: string | null) {
    const chosen = MATCHES.find((known) => known.value === value)?.value ?? "most";
    set("fingerprintMatch", chosen === "atLeast" ? { atLeast: 2 } : chosen);
  }

  return (
    <Stack gap="md">
      <SimpleGrid cols={COLUMNS} spacing="md">
        <NumberRule name="activationsMax" placeholder="Any number" help="Leave empty for any number." />
        <DurationRule
          name="activationTokenTtlSeconds"
          help="How long a device works before it must reach the server again."
        />
        <Select
          label={RULE_WORDS.fingerprintMatch.label}
          description="A new disk or network card should not cost a slot."
          inputWrapperOrder={["label", "input", "description", "error"]}
          allowDeselect={false}
          data={[...MATCHES]}
          value={atLeast === undefined ? String(match) : "atLeast"}
          onChange={setMatch}
          error={atLeast === undefined ? problems.fingerprintMatch : undefined}
        />
        {atLeast !== undefined && (
          <div data-rule="fingerprintMatch">
            <WholeNumber
              label="Components that must match"
              value={atLeast}
              onChange={(value) => set("fingerprintMatch", { atLeast: value })}
              error={problems.fingerprintMatch}
            />
          </div>
        )}
      </SimpleGrid>
      <SwitchRule
        name="selfServiceDeactivation"
        help="In their portal and in the program; otherwise they have to ask you."
      />
      <SwitchRule
        name="deviceProofRequired"
        help="A copied token is worth nothing on another machine. Programs without the SDK must send DPoP proofs."
      />
    </Stack>
  );
}

const FIRST_SEATS = 5;
const NO_SEATS = { seats: 0, overageSeats: 0, borrowDaysMax: 0, borrowedSeatsMax: 0, reservedSeats: {} };

export function SeatsGroup() {
  const { rules, problems, setMany } = useEditorContext();
  const lends =
    rules.seats !== 0 || ["overageSeats", "borrowedSeatsMax", "reservedSeats"].some((name) => problems[name]);
  return (
    <Stack gap="md">
      <Switch
        label="Lend floating seats"
        description="Any number of devices; only so many work at the same time."
        checked={lends}
        onChange={(event) => setMany(event.currentTarget.checked ? { seats: FIRST_SEATS } : NO_SEATS)}
      />
      {(lends || problems.heartbeatSeconds !== undefined) && (
        <>
          <SimpleGrid cols={COLUMNS} spacing="md">
            <NumberRule name="seats" help="How many can work at the same time." />
            <NumberRule name="overageSeats" help="Let in beyond that, and shown as overage." />
            <NumberRule
              name="seatsPerHolderMax"
              placeholder="Any number"
              help="Leave empty for any number."
            />
            <DurationRule name="leaseTtlSeconds" help="A crashed program's seat is free again after this." />
            <DurationRule name="heartbeatSeconds" help="How often a program says that it is still there." />
          </SimpleGrid>
          <SimpleGrid cols={COLUMNS} spacing="md">
            <NumberRule name="borrowedSeatsMax" help="Taken offline by travellers; 0 for none." />
            <NumberRule name="borrowDaysMax" help="How long such a seat may be away." />
          </SimpleGrid>
          <ReservedSeats />
        </>
      )}
    </Stack>
  );
}

export function OfflineGroup() {
  const { rules, problems, setMany } = useEditorContext();
  return (
    <Stack gap="md">
      <Switch
        label="Allow activation without internet"
        description="A request file out, a response file back: for air-gapped machines."
        checked={rules.offlineAllowed}
        onChange={(event) =>
          setMany(
            event.currentTarget.checked
              ? { offlineAllowed: true }
              : { offlineAllowed: false, offlineDaysMax: null, trustMaxAgeDays: null },
          )
        }
      />
      {(rules.offlineAllowed || problems.offlineDaysMax !== undefined) && (
        <SimpleGrid cols={COLUMNS} spacing="md">
          <NumberRule
            name="offlineDaysMax"
            placeholder="No limit"
            help="Then a new response file is needed. Leave empty for no limit."
          />
          <NumberRule
            name="trustMaxAgeDays"
            placeholder="No limit"
            help="Revocations reach the machine with a newer one. Leave empty for no limit."
          />
        </SimpleGrid>
      )}
    </Stack>
  );
}
