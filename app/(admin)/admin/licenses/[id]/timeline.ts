import { changeTitle, decisionTitle, denialTitle } from "../../../../_components/event-words.ts";
import { countOf, formatDay } from "../../../../_components/format.ts";
import type { MomentTone } from "../../../../_components/timeline.tsx";
import { ruleName } from "../../policies/_rules/rule-words.ts";

interface Decision {
  readonly id: string;
  readonly at: Date;
  readonly operation: string;
  readonly outcome: "granted" | "denied";
  readonly code: string | null;
  readonly sentence: string | null;
  readonly facts: unknown;
  readonly activationId: string | null;
  readonly correlationId: string;
}

interface Change {
  readonly seq: number;
  readonly at: Date;
  readonly action: string;
  readonly actor: { readonly name: string | null } | null;
  readonly before?: unknown;
  readonly after: unknown;
  readonly correlationId: string;
}

export interface TimelineEntry {
  readonly key: string;
  /** Of the newest, where several are told as one. */
  readonly at: Date;
  readonly kind: "device" | "refused" | "change" | "time";
  readonly tone: MomentTone;
  readonly title: string;
  /** Who or what it was, and why: shown below the title. */
  readonly details: readonly string[];
  /** How many in a row are told as this one. */
  readonly times: number;
  readonly correlationId: string;
}

/** Runtime decisions and changes by people as one story, newest first; the same thing again and again is told once. */
export function timeline(
  events: readonly Decision[],
  history: readonly Change[],
  devices: ReadonlyMap<string, string>,
): TimelineEntry[] {
  const entries = [...events.map((event) => fromDecision(event, devices)), ...history.map(fromChange)];
  entries.sort((left, right) => right.at.getTime() - left.at.getTime());
  return entries.reduce<TimelineEntry[]>((told, entry) => {
    const last = told.at(-1);
    if (last !== undefined && isSame(last, entry)) told[told.length - 1] = { ...last, times: last.times + 1 };
    else told.push(entry);
    return told;
  }, []);
}

function fromDecision(event: Decision, devices: ReadonlyMap<string, string>): TimelineEntry {
  const denied = event.outcome === "denied";
  const byTime = event.operation === "transition";
  const device = event.activationId === null ? undefined : devices.get(event.activationId);
  return {
    key: event.id,
    at: event.at,
    kind: denied ? "refused" : byTime ? "time" : "device",
    tone: denied ? "bad" : byTime ? "time" : event.operation === "activate" ? "good" : "neutral",
    title: decisionTitle(event),
    details: [device, denialTitle(event.code)].flatMap((text) => text || []),
    times: 1,
    correlationId: event.correlationId,
  };
}

function fromChange({ seq, at, action, actor, before, after, correlationId }: Change): TimelineEntry {
  const reason = textIn(after, "reason");
  const until = action === "license.renewed" ? textIn(after, "expiresAt") : "";
  const by = actor === null ? "by Signet" : `by ${actor.name ?? "somebody who has left"}`;
  return {
    key: `audit-${seq}`,
    at,
    kind: "change",
    tone: action === "license.revoked" ? "bad" : action === "license.suspended" ? "time" : "neutral",
    title: changeTitle(action),
    details: [
      ...(until === "" ? [] : [`until ${formatDay(new Date(until))}`]),
      ...(action === "license.transferred" ? [transferText(before, after)] : []),
      ...(action === "license.moved" ? [versionsText(before, after)] : []),
      ...(action === "license.overridden" ? termsText(before, after) : []),
      by,
      ...(reason === "" ? [] : [`“${reason}”`]),
    ],
    times: 1,
    correlationId,
  };
}

function transferText(before: unknown, after: unknown): string {
  const deactivated = Number(fieldIn(after, "devicesDeactivated"));
  const customers = `${customerIn(before)} → ${customerIn(after)}`;
  return deactivated > 0 ? `${customers} · ${countOf(deactivated, "device")} deactivated` : customers;
}

function customerIn(value: unknown): string {
  return textIn(fieldIn(value, "customer"), "name");
}

function versionsText(before: unknown, after: unknown): string {
  return `version ${String(fieldIn(before, "policyVersion"))} → ${String(fieldIn(after, "policyVersion"))}`;
}

/** Which of a license's own terms changed, by the names they have on every screen. */
function termsText(before: unknown, after: unknown): string[] {
  const [were, are] = [fieldIn(before, "overrides"), fieldIn(after, "overrides")];
  const names = new Set([...Object.keys(Object(were)), ...Object.keys(Object(are))]);
  const changed = [...names].filter(
    (name) => JSON.stringify(fieldIn(were, name)) !== JSON.stringify(fieldIn(are, name)),
  );
  const words = changed.map((name) => ruleName(name, { features: {}, meters: {} }).label || name);
  return words.length === 0 ? [] : [words.join(", ")];
}

function fieldIn(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function textIn(value: unknown, name: string): string {
  const found = fieldIn(value, name);
  return typeof found === "string" ? found : "";
}

function isSame(one: TimelineEntry, other: TimelineEntry): boolean {
  return (
    one.kind === other.kind &&
    one.title === other.title &&
    one.details.join("\n") === other.details.join("\n")
  );
}
