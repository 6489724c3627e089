import { z } from "zod";
import { codeOf, deviceName, licenseKey } from "#server/domain/wire-fields.ts";
import { namedSchemas } from "./schemas-common.ts";

/** A file's text; what is wrong with it is said by who reads it. */
const file = z.string().min(1);

export const offlineActivationRequest = z
  .strictObject({ request: file })
  .register(namedSchemas, { id: "OfflineActivationRequest" });

export const offlineActivationResponse = z
  .strictObject({
    activation: z.strictObject({ id: z.string(), license: z.string(), expiresAt: z.iso.datetime() }),
    tickets: z
      .array(
        z.discriminatedUnion("outcome", [
          z.strictObject({ id: z.string(), outcome: z.literal("issued") }),
          z.strictObject({ id: z.string(), outcome: z.literal("denied"), code: z.string() }),
        ]),
      )
      .readonly(),
    response: file,
  })
  .register(namedSchemas, { id: "OfflineActivationResponse" });

export const offlineCodeRequest = z
  .strictObject({
    code: z.string().min(1).max(2_000),
    licenseKey,
    product: codeOf("a product"),
    name: deviceName.exactOptional(),
  })
  .register(namedSchemas, { id: "OfflineCodeRequest" });

export const offlineCodeResponse = z
  .strictObject({
    activation: z.strictObject({ id: z.string(), license: z.string(), expiresAt: z.iso.datetime() }),
    code: z.string(),
  })
  .register(namedSchemas, { id: "OfflineCodeResponse" });

export const offlineDeactivationRequest = z
  .strictObject({ receipt: file })
  .register(namedSchemas, { id: "OfflineDeactivationRequest" });

export const offlineJournalRequest = z
  .strictObject({ journal: file })
  .register(namedSchemas, { id: "OfflineJournalRequest" });

export const offlineJournalResponse = z
  .strictObject({
    journal: z.strictObject({ activation: z.string(), last: z.int(), head: z.string() }),
    tickets: z
      .array(
        z.strictObject({
          ticket: z.string(),
          meter: z.string(),
          journaled: z.int(),
          charged: z.int(),
          late: z.int(),
          status: z.enum(["open", "settled", "voided", "expired"]),
        }),
      )
      .readonly(),
    receipt: z.string(),
    trustSeq: z.int(),
  })
  .register(namedSchemas, { id: "OfflineJournalResponse" });

export const snapshotFile = z.string();
