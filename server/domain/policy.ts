import { z } from "zod";

const days = whole(1, 36_500);
const seconds = whole(10, 31_536_000);
const count = whole(0, 10_000_000);

/** A whole number in bounds that a refusal names. */
function whole(least: number, most: number) {
  const text = new Intl.NumberFormat("en");
  return z
    .int("Enter a whole number.")
    .min(least, `At least ${text.format(least)}.`)
    .max(most, `At most ${text.format(most)}.`);
}

/** Devices: how many, and how alike a device must stay to be the same one. */
const fingerprintMatch = z.union(
  [z.enum(["all", "most", "any"]), z.strictObject({ atLeast: whole(1, 16) })],
  "Choose how alike a device must stay; of components, at least 1 and at most 16.",
);

export const meterRules = z.strictObject({
  /** Credits granted at the start of each period. */
  periodCredits: count,
  period: z.enum(["day", "month", "year", "none"]),
  /** How far below zero the balance may go. */
  overdraft: count,
  ticketTtlSeconds: seconds,
  ticketAmountMax: whole(1, 10_000_000).nullable(),
});
export type MeterRules = z.infer<typeof meterRules>;

/** The rules of a policy version (domain.md, "Policy fields"). Null means no limit. */
export const policyRules = z.strictObject({
  type: z.enum(["perpetual", "subscription", "trial"]),
  /** Required unless perpetual. */
  durationDays: days.nullable(),
  validFrom: z.enum(["issue", "first_activation"]),
  graceDays: whole(0, 365),
  activationsMax: whole(0, 1_000_000).nullable(),
  fingerprintMatch,
  activationTokenTtlSeconds: seconds,
  selfServiceDeactivation: z.boolean(),
  /** Whether each request of a device must prove that it holds the device key (DPoP). */
  deviceProofRequired: z.boolean(),
  seats: whole(0, 100_000),
  leaseTtlSeconds: seconds,
  heartbeatSeconds: whole(5, 86_400),
  seatsPerHolderMax: whole(1, 100_000).nullable(),
  overageSeats: whole(0, 100_000),
  borrowDaysMax: whole(0, 365),
  borrowedSeatsMax: whole(0, 100_000),
  reservedSeats: z.record(
    z.string().min(1, "Name the group.").max(100, "At most 100 characters."),
    whole(1, 100_000),
  ),
  offlineAllowed: z.boolean(),
  offlineDaysMax: days.nullable(),
  trustMaxAgeDays: days.nullable(),
  meters: z.record(z.string(), meterRules),
  /** Feature code → granted value; a feature left out is not granted. */
  features: z.record(
    z.string(),
    z.union([z.boolean(), z.int(), z.string().max(500, "At most 500 characters.")]),
  ),
});
export type PolicyRules = z.infer<typeof policyRules>;

/** What one license changes about its policy: any rule, by name. */
export const policyOverrides = policyRules.partial();
export type PolicyOverrides = z.infer<typeof policyOverrides>;

/** What a new policy starts from: a perpetual license for one device. */
export const DEFAULT_RULES: PolicyRules = {
  type: "perpetual",
  durationDays: null,
  validFrom: "issue",
  graceDays: 0,
  activationsMax: 1,
  fingerprintMatch: "most",
  activationTokenTtlSeconds: 14 * 86_400,
  selfServiceDeactivation: true,
  deviceProofRequired: false,
  seats: 0,
  leaseTtlSeconds: 300,
  heartbeatSeconds: 60,
  seatsPerHolderMax: 1,
  overageSeats: 0,
  borrowDaysMax: 0,
  borrowedSeatsMax: 0,
  reservedSeats: {},
  offlineAllowed: false,
  offlineDaysMax: null,
  trustMaxAgeDays: null,
  meters: {},
  features: {},
};

/** Where each value of an effective policy came from. */
export type Provenance = Readonly<Record<keyof PolicyRules, "policy" | "license">>;

/** Policy version and license overrides put together, and which value came from where. */
export function effectivePolicy(
  rules: PolicyRules,
  overrides: PolicyOverrides,
): { readonly rules: PolicyRules; readonly provenance: Provenance } {
  const provenance = Object.fromEntries(
    policyRules
      .keyof()
      .options.map((name) => [name, overrides[name] === undefined ? "policy" : "license"] as const),
  );
  return {
    rules: policyRules.parse({ ...rules, ...dropUndefined(overrides) }),
    provenance: provenanceSchema.parse(provenance),
  };
}

const provenanceSchema = z.record(policyRules.keyof(), z.enum(["policy", "license"]));

function dropUndefined(overrides: PolicyOverrides): object {
  return Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined));
}

/** What is wrong with rules whose fields are each well-formed but do not go together: pointer → sentence. */
export function contradictions(
  rules: PolicyRules,
  catalog: {
    readonly features: Readonly<Record<string, "flag" | "limit" | "value">>;
    readonly meters: readonly string[];
  },
): readonly { readonly pointer: string; readonly message: string }[] {
  const found: { pointer: string; message: string }[] = [];
  const wrong = (pointer: string, message: string): void => void found.push({ pointer, message });

  if (rules.type === "perpetual" && rules.durationDays !== null)
    wrong("/durationDays", "A perpetual license has no duration; leave it empty.");
  if (rules.type !== "perpetual" && rules.durationDays === null)
    wrong("/durationDays", "Say how many days the license lasts.");
  if (rules.type === "perpetual" && rules.graceDays > 0)
    wrong("/graceDays", "A perpetual license never expires, so it needs no grace.");
  if (rules.heartbeatSeconds * 2 > rules.leaseTtlSeconds)
    wrong(
      "/heartbeatSeconds",
      "Must be at most half the lease time, so that one lost heartbeat does not lose the seat.",
    );
  if (rules.seats === 0 && rules.overageSeats > 0)
    wrong("/overageSeats", "Only a policy with seats can have overage seats.");
  const reserved = Object.values(rules.reservedSeats).reduce((sum, seats) => sum + seats, 0);
  if (reserved > rules.seats)
    wrong("/reservedSeats", `${reserved} seats are reserved but there are only ${rules.seats}.`);
  if (rules.borrowedSeatsMax > rules.seats) wrong("/borrowedSeatsMax", "Cannot exceed the number of seats.");
  if (!rules.offlineAllowed && rules.offlineDaysMax !== null)
    wrong("/offlineDaysMax", "Allow offline use first.");

  for (const [code, value] of Object.entries(rules.features)) {
    const kind = Object.hasOwn(catalog.features, code) ? catalog.features[code] : undefined;
    const pointer = `/features/${code}`;
    if (kind === undefined) wrong(pointer, `The product has no feature ${code}.`);
    else if (kind === "flag" && typeof value !== "boolean")
      wrong(pointer, "This feature is a flag: on or off.");
    else if (kind === "limit" && typeof value !== "number")
      wrong(pointer, "This feature is a limit: a whole number.");
    else if (kind === "value" && typeof value !== "string") wrong(pointer, "This feature is a text value.");
  }
  for (const code of Object.keys(rules.meters)) {
    if (!catalog.meters.includes(code)) wrong(`/meters/${code}`, `The product has no meter ${code}.`);
  }
  return found;
}
