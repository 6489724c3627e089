import { z } from "zod";
import { type DeviceFileKind, readDeviceFile } from "#sdk/offline-file.ts";
import { SignetError } from "#server/domain/errors.ts";
import { idOf } from "#server/domain/ids.ts";
import {
  amount,
  base64url,
  deviceFields,
  meterCode,
  nonce,
  publicKeyJwk,
  ticketId,
} from "#server/domain/wire-fields.ts";

const TICKETS_MAX = 50;
const ENTRIES_MAX = 1_000;
/** Year 9999: no device's clock is that wrong, and no database stops before it. */
const seconds = z.int().min(0).max(253_402_300_799);
const hash = base64url(43, 43);
const signed = { deviceKey: publicKeyJwk, iat: seconds };

const request = deviceFields.extend({
  iat: seconds,
  trust: z.int().min(0),
  tickets: z
    .array(z.strictObject({ id: ticketId, meter: meterCode, amount }))
    .max(TICKETS_MAX)
    .refine((wanted) => new Set(wanted.map(({ id }) => id)).size === wanted.length, "must not repeat an id")
    .exactOptional(),
});

const deactivation = z.strictObject({
  ...signed,
  activation: idOf("activation"),
  nonce,
  journal: hash.nullable(),
});

const journal = z.strictObject({
  ...signed,
  activation: idOf("activation"),
  first: z
    .int()
    .min(1)
    .max(2 ** 31 - 1 - ENTRIES_MAX),
  prev: hash,
  entries: z
    .array(z.strictObject({ ticket: ticketId, amount: z.int().min(0), at: seconds, closes: z.boolean() }))
    .min(1)
    .max(ENTRIES_MAX),
  head: hash,
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
export const openDeactivation = (text: string) => open("deactivation", deactivation, text);
export const openJournal = (text: string) => open("journal", journal, text);

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
