import { count, number } from "./counts.ts";
import type { MeterRules, PolicyRules } from "./policy.ts";

/** How a product's own names are written; a code without a name stands for itself. */
export interface CatalogNames {
  readonly features?: Readonly<Record<string, string>>;
  /** A meter's unit, in the plural. */
  readonly units?: Readonly<Record<string, string>>;
}

/** The groups of a policy's fields (domain.md, "Policy fields"), in the order they are read. */
export const RULE_GROUPS = ["validity", "devices", "seats", "offline", "usage", "features"] as const;
export type RuleGroup = (typeof RULE_GROUPS)[number];

/** A piece of the text and the fields it comes from. */
export interface Statement {
  readonly group: RuleGroup;
  readonly text: string;
}

/** Who reads it: the vendor, about its customers; or one of these, about themselves. */
export type Reader = "vendor" | { readonly customerOf: string };

/** What a customer may do under these rules, in plain language. */
export function policySentence(rules: PolicyRules, names: CatalogNames = {}): string {
  return policyStatements(rules, names)
    .map(({ text }) => text)
    .join(" ");
}

/** The same in pieces, which read as one text when joined by spaces. */
export function policyStatements(
  rules: PolicyRules,
  names: CatalogNames = {},
  reader: Reader = "vendor",
): Statement[] {
  const of = (group: RuleGroup, ...texts: string[]) => texts.map((text) => ({ group, text }));
  return [
    ...of("validity", duration(rules, reader)),
    ...of("devices", devices(rules), moving(rules, reader), ...proving(rules)),
    ...of("seats", ...seats(rules)),
    ...of("offline", between(rules), offline(rules)),
    ...of(
      "usage",
      ...Object.entries(rules.meters).map(([code, meter]) =>
        metered(names.units?.[code] ?? code, meter, reader),
      ),
    ),
    ...of("features", ...granted(rules, names.features ?? {})),
  ];
}

/** Ends in a comma: the devices go on. */
function duration({ type, durationDays, graceDays, validFrom }: PolicyRules, reader: Reader): string {
  const who = reader === "vendor" ? "A customer" : "You";
  if (durationDays === null) return `${who} may use it for ever,`;
  const start = validFrom === "issue" ? "the day it is issued" : "its first activation";
  const grace =
    graceDays > 0 ? `, then ${count(graceDays, "day")} more while being told that it has expired` : "";
  return `${who} may ${type === "trial" ? "try" : "use"} it for ${count(durationDays, "day")} from ${start}${grace},`;
}

function devices({ activationsMax }: PolicyRules): string {
  return activationsMax === null ? "on any number of devices." : `on ${upTo(activationsMax, "device")}.`;
}

function moving({ selfServiceDeactivation, activationsMax }: PolicyRules, reader: Reader): string {
  if (activationsMax === 0) return "No device can be activated.";
  if (reader !== "vendor")
    return selfServiceDeactivation
      ? "You can move it to another device yourselves."
      : `To move it to another device, ask ${reader.customerOf}.`;
  return selfServiceDeactivation
    ? "They can move it to another device by themselves."
    : "To move it to another device they have to ask you.";
}

function proving({ deviceProofRequired, activationsMax }: PolicyRules): string[] {
  if (!deviceProofRequired || activationsMax === 0) return [];
  return ["Each request must be proved by the device's own key, so that a copied token is worth nothing."];
}

/** How long a device that was activated may stay without the server. */
function between({ activationTokenTtlSeconds }: PolicyRules): string {
  return `Once activated, it works up to ${timeText(activationTokenTtlSeconds)} between two checks online.`;
}

function seats(rules: PolicyRules): string[] {
  if (rules.seats === 0) return [];
  const overage =
    rules.overageSeats > 0 ? `; ${inWords(rules.overageSeats, "more is", "more are")} let in as overage` : "";
  const sentences = [
    `${capital(inWords(rules.seats, "person", "people"))} can work at the same time${overage}.`,
  ];
  if (rules.seatsPerHolderMax !== 1) {
    const held = rules.seatsPerHolderMax === null ? "any number" : `up to ${number(rules.seatsPerHolderMax)}`;
    sentences.push(`One person may hold ${held} of the seats.`);
  }
  const reserved = Object.entries(rules.reservedSeats).map(([group, size]) => `${number(size)} for ${group}`);
  if (reserved.length > 0)
    sentences.push(`Of these seats, ${list(reserved)} ${reserved.length === 1 ? "is" : "are"} reserved.`);
  if (rules.borrowDaysMax > 0 && rules.borrowedSeatsMax > 0) {
    const borrowed = inWords(rules.borrowedSeatsMax, "seat");
    sentences.push(
      `Up to ${borrowed} can be taken offline, for at most ${count(rules.borrowDaysMax, "day")}.`,
    );
  }
  sentences.push(`A seat whose program falls silent comes free after ${timeText(rules.leaseTtlSeconds)}.`);
  return sentences;
}

function offline({ offlineAllowed, offlineDaysMax, trustMaxAgeDays }: PolicyRules): string {
  if (!offlineAllowed) return "Activation needs the internet.";
  const length =
    offlineDaysMax === null ? "for as long as it lasts" : `for at most ${count(offlineDaysMax, "day")}`;
  const fresh =
    trustMaxAgeDays === null
      ? ""
      : `, with a security snapshot no older than ${count(trustMaxAgeDays, "day")}`;
  return `It can be activated on a machine without internet, ${length}${fresh}.`;
}

function metered(
  unit: string,
  { periodCredits, period, overdraft, ticketAmountMax }: MeterRules,
  reader: Reader,
): string {
  const every = period === "none" ? "once" : `every ${period}`;
  const credits =
    periodCredits === 0
      ? `It uses up ${unit} that ${reader === "vendor" ? "you grant" : `${reader.customerOf} grants`}`
      : `It gets ${number(periodCredits)} ${unit} ${every}`;
  const beyond = overdraft > 0 ? `, may overdraw by ${number(overdraft)}` : "";
  const atOnce = ticketAmountMax === null ? "" : `, reserves at most ${number(ticketAmountMax)} at once`;
  return `${credits}${beyond}${atOnce}.`;
}

function granted({ features }: PolicyRules, names: Readonly<Record<string, string>>): string[] {
  const parts = Object.entries(features).flatMap(([code, value]) => {
    const name = names[code] ?? code;
    if (value === false) return [];
    return value === true
      ? [name]
      : [typeof value === "number" ? `${name} up to ${number(value)}` : `${name} “${value}”`];
  });
  return parts.length === 0 ? [] : [`It includes ${list(parts)}.`];
}

function upTo(size: number, noun: string): string {
  if (size === 0) return `no ${noun}`;
  return `${size === 1 ? "" : "up to "}${inWords(size, noun)}`;
}

/** "one seat", "2 seats". */
function inWords(size: number, noun: string, plural?: string): string {
  return size === 1 ? `one ${noun}` : count(size, noun, plural);
}

/** "5 minutes", "one hour": in the largest unit in which it is a whole number. */
export function timeText(seconds: number): string {
  if (seconds % 86_400 === 0) return inWords(seconds / 86_400, "day");
  if (seconds % 3600 === 0) return inWords(seconds / 3600, "hour");
  return seconds % 60 === 0 ? inWords(seconds / 60, "minute") : inWords(seconds, "second");
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function list(parts: readonly string[]): string {
  return new Intl.ListFormat("en", { type: "conjunction" }).format(parts);
}
