import { z } from "zod";
import { type DeviceFileKind, readDeviceFile } from "#sdk/offline-file.ts";
import { SignetError } from "#server/domain/errors.ts";
import { amount, deviceFields, meterCode, ticketId } from "#server/domain/wire-fields.ts";

const TICKETS_MAX = 50;
/** Year 9999: no device's clock is that wrong, and no database stops before it. */
const seconds = z.int().min(0).max(253_402_300_799);

const request = deviceFields.extend({
  iat: seconds,
  trust: z.int().min(0),
  tickets: z
    .array(z.strictObject({ id: ticketId, meter: meterCode, amount }))
    .max(TICKETS_MAX)
    .refine((wanted) => new Set(wanted.map(({ id }) => id)).size === wanted.length, "must not repeat an id")
    .exactOptional(),
});

const NAMES: Readonly<Record<DeviceFileKind, string>> = {
  request: "activation request",
  deactivation: "deactivation receipt",
  journal: "usage journal",
};

/** A device's file, its signature checked and its fields read. */
export interface DeviceFile<Claims> {
  readonly claims: Claims;
  /** Of the key that signed it. */
  readonly thumbprint: string;
  /** base64url SHA-256 of the compact JWS. */
  readonly hash: string;
}

/** Each throws SignetError `offline_request_invalid`, whose message says which part of the file is wrong and what to do. */
export const openRequest = (text: string) => open("request", request, text);

async function open<Schema extends z.ZodType>(
  kind: DeviceFileKind,
  schema: Schema,
  text: string,
): Promise<DeviceFile<z.output<Schema>>> {
  const file = await readDeviceFile(kind, text);
  if (!file.ok) throw new SignetError("offline_request_invalid", file.sentence);
  const claims = schema.safeParse(file.payload);
  if (!claims.success) throw invalidClaims(kind, claims.error.issues[0]);
  return { claims: claims.data, thumbprint: file.thumbprint, hash: file.hash };
}

function invalidClaims(kind: DeviceFileKind, issue: z.core.$ZodIssue | undefined): SignetError {
  const field = issue?.path.join(".") || "content";
  const message = issue?.message ?? "cannot be read";
  const finding = /^\p{Lu}/u.test(message) ? `is wrong: ${message}` : `${message}.`;
  return new SignetError("offline_request_invalid", `The ${NAMES[kind]}'s ${field} ${finding}`);
}
