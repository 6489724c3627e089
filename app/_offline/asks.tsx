"use client";

import { Alert, Text } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { countOf, formatDay, formatNumber } from "../_components/format.ts";
import { TextLink } from "../_components/links.tsx";
import classes from "./offline.module.css";
import { type Asked, type Desk, licensePath, type SeenAs } from "./procedures.ts";
import { deactivationWords, journalWords, requestWords, type Words } from "./words.ts";

type Readable = Asked | SeenAs<"deactivation"> | SeenAs<"journal">;

/** What a file asks for, before anything is done about it. */
export function Asks({ seen, desk }: { seen: Readable; desk: Desk }) {
  const { license } = seen;
  const elsewhere = desk.licenseId !== undefined && desk.licenseId !== license.id;
  return (
    <>
      <Verdict words={wordsOf(seen, desk)} />
      {elsewhere && (
        <Alert color="copper" variant="light" icon={<IconAlertTriangle size={18} />} mt="sm">
          It is about another license than this page's:{" "}
          <TextLink href={licensePath(desk, license.id)} underline="always">
            {license.keyHint} of {license.customer}
          </TextLink>
        </Alert>
      )}
      <dl className={classes.facts} style={{ marginTop: "var(--mantine-spacing-md)" }}>
        <Fact term="License">
          <TextLink href={licensePath(desk, license.id)} underline="always" fz="sm">
            {license.product} · {license.policy} · {license.keyHint}
          </TextLink>
          {desk.audience === "staff" && ` of ${license.customer}`}
        </Fact>
        <Details seen={seen} />
      </dl>
    </>
  );
}

export function wordsOf(seen: Readable, desk: Desk): Words {
  if (seen.kind === "deactivation") return deactivationWords(seen);
  if (seen.kind === "journal") return journalWords(seen);
  return requestWords(seen, desk);
}

function Verdict({ words: { headline, advice, isRefused } }: { words: Words }) {
  return (
    <Alert
      color={isRefused ? "red" : "petrol"}
      variant="light"
      icon={isRefused ? <IconAlertTriangle size={18} /> : <IconCircleCheck size={18} />}
      title={headline}
    >
      {advice !== undefined && <Text fz="sm">{advice}</Text>}
    </Alert>
  );
}

function Details({ seen }: { seen: Readable }) {
  if (seen.kind === "deactivation")
    return (
      <>
        <Fact term="Device">{seen.device || "Unnamed device"}</Fact>
        <Fact term="Given up">{formatDay(seen.madeAt)}, by the machine's clock</Fact>
        {seen.lacksJournal && (
          <Fact term="Usage">
            The rest of its usage journal has not come yet. Bring it too: until then, the credits it took
            along stay reserved.
          </Fact>
        )}
      </>
    );
  if (seen.kind === "journal")
    return (
      <>
        <Fact term="Device">{seen.device || "Unnamed device"}</Fact>
        <Fact term="Entries">
          {formatNumber(seen.first)} to {formatNumber(seen.last)}
          {seen.recorded >= seen.first && seen.recorded < seen.last
            ? `; up to ${formatNumber(seen.recorded)} they were recorded before`
            : ""}
        </Fact>
      </>
    );
  const { device, madeAt, offlineDays, tickets } = seen;
  const about = [device.platform, device.appVersion && `version ${device.appVersion}`].filter(Boolean);
  return (
    <>
      {seen.kind === "request" && (
        <Fact term="Device">
          {[device.name || "Unnamed device", ...about].join(" · ")}
          {madeAt !== null && <>, asked on {formatDay(madeAt)} by its own clock</>}
        </Fact>
      )}
      <Fact term="Works for">
        {offlineDays === null
          ? "as long as the license says, without a network"
          : `${countOf(offlineDays, "day")} without a network, then it needs a new response`}
      </Fact>
      {tickets.map(({ meterName, unit, amount, available }) => (
        <Fact key={`${meterName}${amount}`} term="Takes along">
          {formatNumber(amount)} {unit}
          {available === null
            ? `, of which this license has none: it is activated without them`
            : ` of ${formatNumber(available)} left${amount > available ? ": more than there are, so it is activated without them" : ", reserved at once"}`}
        </Fact>
      ))}
    </>
  );
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className={classes.fact}>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}
