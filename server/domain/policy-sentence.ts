import type { MeterRules, PolicyRules } from "./policy.ts";

/** How a product's own names are written; a code without a name stands for itself. */
export interface CatalogNames {
  readonly features?: Readonly<Record<string, string>>;
  /** A meter's unit, in the plural. */
  readonly units?: Readonly<Record<string, string>>;
}

/** What a customer may do under these rules, in plain language. */
export function policySentence(rules: PolicyRules, names: CatalogNames = {}): string {
  return [
    duration(rules),
    moving(rules),
    ...seats(rules),
    offline(rules),
    ...Object.entries(rules.meters).map(([code, meter]) => metered(names.units?.[code] ?? code, meter)),
    ...granted(rules, names.features ?? {}),
  ].join(" ");
}

function duration(rules: PolicyRules): string {
  const { type, durationDays, graceDays, activationsMax } = rules;
  const on = activationsMax === null ? "any number of devices" : upTo(activationsMax, "device");
  if (durationDays === null) return `A customer may use it for ever, on ${on}.`;
  const start = rules.validFrom === "issue" ? "the day it is issued" : "its first activation";
  const grace = graceDays > 0 ? `, then ${days(graceDays)} more while being told that it has expired` : "";
  return `A customer may ${type === "trial" ? "try" : "use"} it for ${days(durationDays)} from ${start}${grace}, on ${on}.`;
}

function moving({ selfServiceDeactivation, activationsMax }: PolicyRules): string {
  if (activationsMax === 0) return "No device can be activated.";
  return selfServiceDeactivation
    ? "They can move it to another device by themselves."
    : "To move it to another device they have to ask you.";
}

function seats(rules: PolicyRules): string[] {
  if (rules.seats === 0) return [];
  const overage =
    rules.overageSeats > 0 ? `; ${count(rules.overageSeats, "more is", "more are")} let in as overage` : "";
  const sentences = [
    `${capital(count(rules.seats, "person", "people"))} can work at the same time${overage}.`,
  ];
  const reserved = Object.entries(rules.reservedSeats).map(([group, number]) => `${number} for ${group}`);
  if (reserved.length > 0)
    sentences.push(`Of these seats, ${list(reserved)} ${reserved.length === 1 ? "is" : "are"} reserved.`);
  if (rules.borrowDaysMax > 0 && rules.borrowedSeatsMax > 0) {
    const borrowed = count(rules.borrowedSeatsMax, "seat");
    sentences.push(`Up to ${borrowed} can be taken offline, for at most ${days(rules.borrowDaysMax)}.`);
  }
  sentences.push(`A seat whose program falls silent comes free after ${time(rules.leaseTtlSeconds)}.`);
  return sentences;
}

function offline({ offlineAllowed, offlineDaysMax, trustMaxAgeDays }: PolicyRules): string {
  if (!offlineAllowed) return "Activation needs the internet.";
  const length = offlineDaysMax === null ? "for as long as it lasts" : `for at most ${days(offlineDaysMax)}`;
  const fresh =
    trustMaxAgeDays === null ? "" : `, with a security snapshot no older than ${days(trustMaxAgeDays)}`;
  return `It can be activated on a machine without internet, ${length}${fresh}.`;
}

function metered(unit: string, { periodCredits, period, overdraft, ticketAmountMax }: MeterRules): string {
  const every = period === "none" ? "once" : `every ${period}`;
  const credits =
    periodCredits === 0 ? `It uses up ${unit} that you grant` : `It gets ${periodCredits} ${unit} ${every}`;
  const beyond = overdraft > 0 ? `, may overdraw by ${overdraft}` : "";
  const atOnce = ticketAmountMax === null ? "" : `, reserves at most ${ticketAmountMax} at once`;
  return `${credits}${beyond}${atOnce}.`;
}

function granted({ features }: PolicyRules, names: Readonly<Record<string, string>>): string[] {
  const parts = Object.entries(features).flatMap(([code, value]) => {
    const name = names[code] ?? code;
    if (value === false) return [];
    return value === true
      ? [name]
      : [typeof value === "number" ? `${name} up to ${value}` : `${name} “${value}”`];
  });
  return parts.length === 0 ? [] : [`It includes ${list(parts)}.`];
}

function upTo(number: number, noun: string): string {
  if (number === 0) return `no ${noun}`;
  return number === 1 ? `one ${noun}` : `up to ${number} ${noun}s`;
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number === 1 ? "one" : number} ${number === 1 ? one : many}`;
}

function days(number: number): string {
  return number === 1 ? "1 day" : `${number} days`;
}

function time(seconds: number): string {
  if (seconds % 3600 === 0) return count(seconds / 3600, "hour");
  return seconds % 60 === 0 ? count(seconds / 60, "minute") : count(seconds, "second");
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function list(parts: readonly string[]): string {
  return new Intl.ListFormat("en", { type: "conjunction" }).format(parts);
}
