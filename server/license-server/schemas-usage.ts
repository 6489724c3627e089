import { z } from "zod";
import { idOf } from "#server/domain/ids.ts";
import { amount, clientId, meterCode as meter, ticketId } from "#server/domain/wire-fields.ts";
import { namedSchemas } from "./schemas-common.ts";

const EVENTS_MAX = 1_000;

/** For whose account; only a backend says so. */
const license = idOf("license")
  .exactOptional()
  .meta({
    description: "The license to act for: required of the vendor's backend, refused from a device.",
    examples: ["lic_01h455vb4pex5vsknk084sn02r"],
  });

export const balancesQuery = z.strictObject({ license });

export const ticketRequest = z
  .strictObject({
    id: ticketId,
    meter,
    amount,
    license,
  })
  .register(namedSchemas, { id: "TicketRequest" });

export const settleRequest = z
  .strictObject({ used: z.int().min(0), license })
  .register(namedSchemas, { id: "SettleRequest" });

export const voidRequest = z.strictObject({ license }).register(namedSchemas, { id: "VoidRequest" });

const usageEvent = z.strictObject({
  id: clientId,
  meter,
  amount,
  occurredAt: z.iso
    .datetime({ offset: true, error: "must be a time like 2030-01-31T12:00:00Z" })
    .transform((text) => new Date(text)),
});

export const usageRequest = z
  .strictObject({
    events: z
      .array(usageEvent)
      .min(1, "must have at least 1 event")
      .max(EVENTS_MAX, "must have at most 1,000 events")
      .readonly(),
    license,
  })
  .register(namedSchemas, { id: "UsageRequest" });

export const ticketResponse = z
  .strictObject({
    ticket: z.strictObject({
      id: z.string(),
      status: z.literal("pending"),
      meter: z.string(),
      amount: z.int(),
      issuedAt: z.iso.datetime(),
      expiresAt: z.iso.datetime(),
    }),
    balance: z.int(),
    token: z.string(),
    trustSeq: z.int(),
  })
  .register(namedSchemas, { id: "TicketResponse" });

export const ticketEndResponse = z
  .strictObject({
    ticket: z.strictObject({
      id: z.string(),
      status: z.enum(["settled", "voided"]),
      meter: z.string(),
      amount: z.int(),
      used: z.int(),
      endedAt: z.iso.datetime(),
    }),
    balance: z.int(),
    receipt: z.string(),
    trustSeq: z.int(),
  })
  .register(namedSchemas, { id: "TicketEndResponse" });

const usageEventAnswer = z.discriminatedUnion("outcome", [
  z.strictObject({
    id: z.string(),
    outcome: z.enum(["accepted", "duplicate"]),
    entry: z.int(),
    balance: z.int(),
  }),
  z.strictObject({
    id: z.string(),
    outcome: z.literal("denied"),
    code: z.enum(["insufficient_credits", "meter_not_entitled", "idempotency_conflict"]),
  }),
]);

export const usageResponse = z
  .strictObject({
    events: z.array(usageEventAnswer).readonly(),
    receipt: z.string(),
    trustSeq: z.int(),
  })
  .register(namedSchemas, { id: "UsageResponse" });

export const balancesResponse = z
  .strictObject({
    balances: z
      .array(
        z.strictObject({
          meter: z.string(),
          unit: z.string(),
          granted: z.int(),
          reserved: z.int(),
          spent: z.int(),
          available: z.int(),
          overdraft: z.int(),
        }),
      )
      .readonly(),
    trustSeq: z.int(),
  })
  .register(namedSchemas, { id: "BalancesResponse" });

export const ticketParams = z.object({ tenant: z.string(), id: clientId });
