import { DEFAULT_RULES, type PolicyRules } from "../domain/policy.ts";
import type { Command } from "./protocol.ts";

export const SCENARIOS = ["online", "seats", "usage", "air_gapped"] as const;
export type ScenarioName = (typeof SCENARIOS)[number];

export type Expected =
  /** `left`: of the meter, exactly. */
  | { readonly outcome: "done"; readonly left?: number }
  | { readonly outcome: "refused"; readonly codes: readonly string[]; readonly reason?: string };

export interface LabStep {
  readonly title: string;
  /** The client that does it, by its device's name. */
  readonly client: string;
  readonly action:
    | Command
    /** Ends its process without a word, as a crash or a power cut would. */
    | { readonly do: "kill" }
    /** With the file that an earlier step gave. */
    | { readonly do: "deliver" | "importResponse"; readonly fileOf: number };
  readonly expected: Expected;
}

export interface Scenario {
  readonly rules: PolicyRules;
  /** Clients that no network reaches. */
  readonly offlineClients: readonly string[];
  readonly steps: readonly LabStep[];
}

/** A license of the lab ends by itself soon, whatever became of its run. */
const LAB_RULES: PolicyRules = {
  ...DEFAULT_RULES,
  type: "trial",
  durationDays: 1,
  activationsMax: 5,
  activationTokenTtlSeconds: 3_600,
};
const DONE = { outcome: "done" } as const;
const refused = (...codes: string[]) => ({ outcome: "refused", codes }) as const;

/** What is counted in the lab. */
export const LAB_METER = { code: "credits", name: "Credits", unit: "credits" } as const;

/** What each scenario does, step by step. `eventId` names a usage event of this run, which no other has. */
export function scenario(name: ScenarioName, eventId: string): Scenario {
  return { ...SETTINGS[name], steps: STEPS[name](eventId) };
}

const SETTINGS: Readonly<Record<ScenarioName, Omit<Scenario, "steps">>> = {
  online: { rules: LAB_RULES, offlineClients: [] },
  seats: {
    // As short as a lease may be, so that who watches need not wait long for the seat of a client that was killed.
    rules: { ...LAB_RULES, seats: 2, leaseTtlSeconds: 10, heartbeatSeconds: 5 },
    offlineClients: [],
  },
  usage: {
    rules: {
      ...LAB_RULES,
      meters: {
        [LAB_METER.code]: {
          periodCredits: 100,
          period: "none",
          overdraft: 0,
          ticketTtlSeconds: 600,
          ticketAmountMax: null,
        },
      },
    },
    offlineClients: [],
  },
  air_gapped: {
    rules: { ...LAB_RULES, offlineAllowed: true, offlineDaysMax: 1, trustMaxAgeDays: 1 },
    offlineClients: ["sealed-machine", "other-machine"],
  },
};

const STEPS: Readonly<Record<ScenarioName, (eventId: string) => readonly LabStep[]>> = {
  online: () => [
    {
      title: "A program activates its license",
      client: "laptop",
      action: { do: "activate" },
      expected: DONE,
    },
    {
      title: "It verifies the license without the network",
      client: "laptop",
      action: { do: "verifyOffline" },
      expected: DONE,
    },
    {
      title: "Somebody edits what is stored to last ten years longer",
      client: "laptop",
      action: { do: "tamper" },
      expected: { ...refused("token_invalid"), reason: "signature" },
    },
  ],
  seats: () => [
    { title: "Ada takes a seat", client: "ada", action: { do: "checkout" }, expected: DONE },
    { title: "Bo takes the other one", client: "bo", action: { do: "checkout" }, expected: DONE },
    {
      title: "Cy comes third, and is refused",
      client: "cy",
      action: { do: "checkout" },
      expected: refused("no_seats_available"),
    },
    { title: "Ada’s program is killed", client: "ada", action: { do: "kill" }, expected: DONE },
    {
      title: "Her seat comes back by itself, and Cy gets it",
      client: "cy",
      action: { do: "awaitSeat" },
      expected: DONE,
    },
  ],
  usage: (id) => [
    {
      title: "A program activates its license",
      client: "worker",
      action: { do: "activate" },
      expected: DONE,
    },
    {
      title: "It reserves 40 credits by a ticket, and uses 25",
      client: "worker",
      action: { do: "ticket", meter: LAB_METER.code, amount: 40, used: 25 },
      expected: { ...DONE, left: 75 },
    },
    {
      title: "It sends a usage event of 10",
      client: "worker",
      action: { do: "record", meter: LAB_METER.code, amount: 10, id },
      expected: { ...DONE, left: 65 },
    },
    {
      title: "It sends the same event again, and is charged once",
      client: "worker",
      action: { do: "record", meter: LAB_METER.code, amount: 10, id },
      expected: { ...DONE, left: 65 },
    },
    {
      title: "It asks for 500, more than there are",
      client: "worker",
      action: { do: "ticket", meter: LAB_METER.code, amount: 500, used: 1 },
      expected: refused("insufficient_credits"),
    },
  ],
  air_gapped: () => [
    {
      title: "A machine without a network makes a request file",
      client: "sealed-machine",
      action: { do: "requestFile" },
      expected: DONE,
    },
    {
      title: "Somebody carries it out, and the server answers it",
      client: "courier",
      action: { do: "deliver", fileOf: 0 },
      expected: DONE,
    },
    {
      title: "The response is carried in and imported",
      client: "sealed-machine",
      action: { do: "importResponse", fileOf: 1 },
      expected: DONE,
    },
    {
      title: "The same response is imported again",
      client: "sealed-machine",
      action: { do: "importResponse", fileOf: 1 },
      expected: refused("file_already_imported"),
    },
    {
      title: "Another machine tries to use the response",
      client: "other-machine",
      action: { do: "importResponse", fileOf: 1 },
      expected: refused("file_for_other_request", "file_for_other_device"),
    },
  ],
};
