import { z } from "zod";
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

export const snapshotFile = z.string();
