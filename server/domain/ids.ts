import { fromString, TypeID, toUUID } from "typeid-js";
import { z } from "zod";

/** Every kind of thing with a public id, and the prefix its TypeID carries. */
export const ID_PREFIXES = {
  tenant: "ten",
  user: "usr",
  userIdentity: "uid",
  userSession: "ses",
  accountEvent: "ace",
  membership: "mem",
  invitation: "inv",
  customer: "cus",
  customerMember: "cum",
  joinRequest: "jrq",
  product: "prd",
  feature: "fea",
  meter: "mtr",
  download: "dwn",
  policy: "pol",
  policyVersion: "pov",
  license: "lic",
  licenseBatch: "bat",
  activation: "act",
  pool: "pool",
  seat: "seat",
  lease: "lea",
  account: "acc",
  grant: "grt",
  ticket: "tkt",
  ledgerEntry: "led",
  signingKey: "key",
  trustBundle: "trb",
  revocation: "rev",
  apiKey: "apk",
  identityProvider: "idp",
  runtimeEvent: "evt",
  auditEvent: "aud",
  domainEvent: "msg",
  webhookEndpoint: "whe",
  webhookDelivery: "whd",
  mail: "mai",
  token: "tok",
  correlation: "cor",
} as const;
export type IdKind = keyof typeof ID_PREFIXES;

/** A uuid as stored → the TypeID people see (`lic_01j…`). */
export function publicId(kind: IdKind, uuid: string): string {
  return TypeID.fromUUID(ID_PREFIXES[kind], uuid).toString();
}

/** A TypeID → the uuid stored, or undefined when it is malformed or of another kind. */
export function storedId(kind: IdKind, text: string): string | undefined {
  try {
    return toUUID(fromString(text, ID_PREFIXES[kind]));
  } catch {
    return undefined;
  }
}

/** A zod schema that takes a TypeID of this kind and gives the stored uuid. */
export function idOf(kind: IdKind) {
  return z.string().transform((text, context) => {
    const uuid = storedId(kind, text);
    if (uuid !== undefined) return uuid;
    context.addIssue({
      code: "custom",
      message: `is not ${/^[aeio]/.test(kind) ? "an" : "a"} ${kind} id: one looks like ${ID_PREFIXES[kind]}_01h…`,
    });
    return z.NEVER;
  });
}
