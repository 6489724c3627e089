"use client";

import { Code, Group, Loader, Text } from "@mantine/core";
import { IconCheck, IconCircle, IconShieldX, IconX } from "@tabler/icons-react";
import { TextLink } from "../../../_components/links.tsx";
import classes from "./lab.module.css";
import type { StepResult } from "./lab.ts";

/** One step: who does what, what went over the wire, what was decided and why, and where its story is told. */
export function StepItem({
  title,
  client,
  result,
}: {
  title: string;
  client: string;
  result: StepResult | undefined;
}) {
  const decision = result?.decisions?.at(-1);
  // Why a step failed begins with what its client was told.
  const isToldBelow = result?.why !== undefined && result.refusal !== undefined;
  return (
    <li className={classes.step} data-status={result?.status ?? "later"}>
      <span className={classes.dot} aria-hidden>
        <Glyph result={result} />
      </span>
      <div style={{ minWidth: 0, flex: 1 }}>
        <Group justify="space-between" gap={4} wrap="nowrap" align="baseline">
          <Text fz="sm" fw={600} {...(result === undefined ? { c: "dimmed" } : {})}>
            {title}
          </Text>
          <Text fz="xs" c="dimmed" style={{ whiteSpace: "nowrap" }}>
            {client}
          </Text>
        </Group>
        {result?.saw !== undefined && !isToldBelow && (
          <Text fz="sm" mt={2}>
            {result.refusal === undefined ? "" : "Refused: "}
            {result.saw}
          </Text>
        )}
        {result !== undefined && <Requests result={result} />}
        {decision !== undefined && (
          <Text fz="xs" c="dimmed" mt={4} component="div">
            {decision.explanation}{" "}
            <TextLink
              href={`/admin/trace?q=${encodeURIComponent(decision.correlationId)}`}
              fz="xs"
              underline="always"
            >
              Trace
            </TextLink>
          </Text>
        )}
        {result?.why !== undefined && (
          <Text fz="sm" mt={4} c="var(--mantine-color-error)" role="alert">
            {result.why}
          </Text>
        )}
      </div>
    </li>
  );
}

/** What went over the wire, as a program without the SDK would send it. */
function Requests({ result }: { result: StepResult }) {
  if (result.exchanges === undefined) return null;
  const told = result.exchanges.slice(-3);
  const left = result.exchanges.length - told.length;
  return (
    <div className={classes.requests}>
      {told.length === 0 && (
        <Text fz="xs" c="dimmed">
          No request was made{result.refusal?.signed === false ? "; the SDK refused it by itself" : ""}.
        </Text>
      )}
      {left > 0 && (
        <Text fz="xs" c="dimmed">
          {left} more before
        </Text>
      )}
      {told.map(({ method, path, status, correlationId }, index) => (
        <Code key={correlationId ?? index} className={classes.request}>
          {method} {path} → {status ?? "no answer"}
        </Code>
      ))}
    </div>
  );
}

function Glyph({ result }: { result: StepResult | undefined }) {
  if (result === undefined) return <IconCircle size={14} stroke={1.8} />;
  if (result.status === "running") return <Loader size={14} />;
  if (result.status === "failed") return <IconX size={15} stroke={2} />;
  // As it should be, and yet a refusal.
  return result.refusal === undefined ? (
    <IconCheck size={15} stroke={2} />
  ) : (
    <IconShieldX size={15} stroke={1.8} />
  );
}
