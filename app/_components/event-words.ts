import { CODES } from "#server/domain/codes.ts";

/** What the runtime was asked for, done. */
const DONE: Readonly<Record<string, string>> = {
  activate: "Device activated",
  refresh: "Token refreshed",
  deactivate: "Device deactivated",
  checkout: "Seat checked out",
  heartbeat: "Seat kept",
  release: "Seat released",
  expire: "Seat came free",
  offline_activate: "Device activated by file",
  offline_answer: "Response file made",
  offline_deactivate: "Device deactivated by file",
  offline_journal: "Usage journal recorded",
};
/** The same, refused. */
const REFUSED: Readonly<Record<string, string>> = {
  activate: "Activation refused",
  refresh: "Refresh refused",
  deactivate: "Deactivation refused",
  checkout: "Seat refused",
  heartbeat: "Heartbeat refused",
  release: "Release refused",
  offline_activate: "Request file refused",
  offline_deactivate: "Deactivation file refused",
  offline_journal: "Usage journal refused",
};
const MOVED_TO: Readonly<Record<string, string>> = {
  active: "Became active",
  grace: "Grace period began",
  expired: "Expired",
};

export interface DecisionWords {
  readonly operation: string;
  readonly outcome: "granted" | "denied";
  readonly code: string | null;
  readonly facts?: unknown;
}

/** A runtime decision as a headline: "Activation refused". */
export function decisionTitle({ operation, outcome, facts }: DecisionWords): string {
  if (operation === "transition") return MOVED_TO[fact(facts, "to") ?? ""] ?? "State changed";
  if (outcome === "denied") return REFUSED[operation] ?? `${spoken(operation)} refused`;
  if (operation === "activate" && fact(facts, "knownDevice") === "true") return "Device activated again";
  return DONE[operation] ?? spoken(operation);
}

/** Why, in a few words: "Device limit reached"; undefined for what was granted. */
export function denialTitle(code: string | null): string | undefined {
  if (code === null) return undefined;
  const known = Object.entries(CODES).find(([name]) => name === code);
  return known?.[1].title ?? spoken(code);
}

/** Changes whose action does not read well by itself. */
const CHANGES: Readonly<Record<string, string>> = {
  "license.noted": "Note changed",
  "license.moved": "Moved to another policy version",
  "license.overridden": "Terms changed",
  "license.key_revealed": "Key revealed",
  "license.device_deactivated": "Device deactivated",
  "license.offline_activated": "Request of an offline device answered",
  "license.offline_deactivated": "Offline device given up",
  "license.offline_response_read": "Response file downloaded again",
  "license.journal_recorded": "Usage journal brought",
  "product.download_added": "Download added",
  "product.download_removed": "Download removed",
  "license.seat_released": "Seat released",
  "license.credits_granted": "Credits added",
  "license.charge_refunded": "Charge refunded",
  "license.balance_adjusted": "Balance adjusted",
  "license_batch.begun": "Many licenses issued",
  "license_batch.change_begun": "Many licenses changed",
  "license_batch.keys_revealed": "Keys of many licenses downloaded",
  "customer.member_invited": "Person invited",
  "customer.invitation_revoked": "Invitation withdrawn",
  "customer.member_added": "Person joined",
  "customer.member_removed": "Person removed",
  "member.role_changed": "Role changed",
};

/** What was changed, without the thing itself: "Suspended" for `license.suspended`. */
export function changeTitle(action: string): string {
  return CHANGES[action] ?? spoken(action.slice(action.indexOf(".") + 1));
}

/** The kind of thing an action is about, as its heading: "License". */
export function subjectTitle(kind: string): string {
  return spoken(kind.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
}

function spoken(name: string): string {
  const words = name.replaceAll(/[_.-]/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function fact(facts: unknown, name: string): string | undefined {
  if (typeof facts !== "object" || facts === null) return undefined;
  const value: unknown = Reflect.get(facts, name);
  return value === undefined ? undefined : String(value);
}
