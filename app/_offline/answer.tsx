"use client";

import { Alert, Button, Collapse, Group, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconAlertTriangle, IconCircleCheck, IconDownload, IconQrcode } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { CODES, isCode } from "#server/domain/codes.ts";
import { CodeBlock } from "../_components/code-block.tsx";
import { CopyIcon } from "../_components/copy.tsx";
import { formatDay, formatNumber } from "../_components/format.ts";
import { saveFile } from "../_components/save-file.ts";
import classes from "./offline.module.css";
import type { Taken, TakenAs } from "./procedures.ts";
import { fitsQr, QrImage } from "./qr-image.tsx";
import { fileName } from "./words.ts";

/** The third step: what to carry back to the machine, or that nothing need be. */
export function Answer({ taken }: { taken: Taken }) {
  if (taken.kind === "deactivated")
    return (
      <Done
        title={
          taken.replayed
            ? "This device was given up before."
            : `${taken.device || "The device"} is given up, and its place is free.`
        }
      >
        Nothing need be carried back.
      </Done>
    );
  if (taken.kind === "recorded") return <Recorded taken={taken} />;
  return (
    <Stack gap="md">
      <Done title={taken.replayed ? "The same response as before." : "The machine is activated."}>
        Good until {formatDay(taken.expiresAt)}.{" "}
        {taken.by === "file"
          ? "Carry the response to the machine and import it there; it works on no other."
          : "Type this code on the machine; it works on no other."}
      </Done>
      {taken.tickets
        .filter(({ refusedBy }) => refusedBy !== null)
        .map(({ meterName, unit, amount, refusedBy }) => (
          <Alert
            key={`${meterName}${amount}`}
            color="copper"
            variant="light"
            icon={<IconAlertTriangle size={18} />}
            title={`Without the ${formatNumber(amount)} ${unit} that it asked for`}
          >
            {refusedBy !== null && isCode(refusedBy) ? CODES[refusedBy].sentence : "They were refused."}
          </Alert>
        ))}
      <ResponseText by={taken.by} text={taken.text} device={taken.device} />
    </Stack>
  );
}

/** A response as a file, as text, and as a QR code where one holds it. */
export function ResponseText({ by, text, device }: { by: "file" | "code"; text: string; device: string }) {
  const [shownText, { toggle: toggleText }] = useDisclosure(false);
  const [shownQr, { toggle: toggleQr }] = useDisclosure(false);
  return (
    <Stack gap="sm" align="stretch">
      {by === "code" && (
        <Group wrap="nowrap" align="flex-start" gap="xs">
          <section className={classes.code} aria-label="Response code">
            {text}
          </section>
          <CopyIcon value={text} label="response code" />
        </Group>
      )}
      <Group gap="sm">
        {by === "file" && (
          <Button
            leftSection={<IconDownload size={17} />}
            onClick={() => saveFile(fileName("response", device), "text/plain", text)}
          >
            Download response
          </Button>
        )}
        {by === "file" && (
          <Button variant="default" onClick={toggleText} aria-expanded={shownText}>
            {shownText ? "Hide its text" : "Show as text"}
          </Button>
        )}
        {fitsQr(text) && (
          <Button
            variant="default"
            leftSection={<IconQrcode size={17} />}
            onClick={toggleQr}
            aria-expanded={shownQr}
          >
            {shownQr ? "Hide QR code" : "Show as QR code"}
          </Button>
        )}
      </Group>
      <Collapse expanded={shownText}>
        <CodeBlock code={text} label="Response" />
      </Collapse>
      <Collapse expanded={shownQr}>
        {shownQr && <QrImage text={text} label="QR code of the response" />}
      </Collapse>
    </Stack>
  );
}

function Recorded({ taken }: { taken: TakenAs<"recorded"> }) {
  const { meters, receipt, device, last, replayed } = taken;
  const owed = meters.filter(({ charged, journaled }) => charged < journaled);
  return (
    <Stack gap="md">
      <Done
        title={replayed ? "All of it was recorded before." : `Recorded up to entry ${formatNumber(last)}.`}
      >
        {meters.map(({ meter, charged, journaled }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a device may have several tickets of a meter, in this order.
          <Text fz="sm" key={index}>
            {formatNumber(journaled)} used of {meter}, {formatNumber(charged)} of it charged.
          </Text>
        ))}
      </Done>
      {owed.length > 0 && (
        <Alert color="copper" variant="light" icon={<IconAlertTriangle size={18} />}>
          What is not charged yet is charged when its ticket ends, from what is left then.
        </Alert>
      )}
      <Group gap="sm">
        <Button
          variant="default"
          leftSection={<IconDownload size={17} />}
          onClick={() => saveFile(fileName("journal-receipt", device), "text/plain", receipt)}
        >
          Download receipt
        </Button>
        <Text fz="sm" c="dimmed">
          Optional: imported on the machine, it makes the next journals shorter.
        </Text>
      </Group>
    </Stack>
  );
}

function Done({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Alert color="petrol" variant="light" icon={<IconCircleCheck size={18} />} title={title} role="status">
      <Text fz="sm" component="div">
        {children}
      </Text>
    </Alert>
  );
}
