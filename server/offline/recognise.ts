import { hash } from "node:crypto";
import { fingerprintText } from "#sdk/fingerprint-digest.ts";
import { type OfflineFileKind, readArmour } from "#sdk/offline-armour.ts";
import { readRequestCode } from "#sdk/offline-code.ts";
import { SignetError } from "#server/domain/errors.ts";
import { thumbprint } from "#server/trust/keys.ts";
import { type CodeUpload, openCode } from "./codes.ts";
import { openDeactivation, openJournal, openRequest } from "./files.ts";

/** The machine that asks, as an activation of it is kept. */
export interface AskingDevice {
  readonly thumbprint: string;
  readonly nonce: string;
  /** The digest over all components, and each as `name=digest`. */
  readonly fingerprint: string;
  readonly components: readonly string[];
}

/** What a text turned out to be, whoever signed it checked. Ids are as stored. */
export type Recognised =
  | {
      readonly kind: "request";
      readonly licenseKey: string;
      readonly product: string;
      readonly asking: AskingDevice;
      /** By the device's own clock. */
      readonly madeAt: Date;
      readonly device: { readonly name: string; readonly platform: string; readonly appVersion: string };
      readonly tickets: readonly { readonly id: string; readonly meter: string; readonly amount: number }[];
    }
  | { readonly kind: "code" }
  | {
      readonly kind: "deactivation";
      readonly activationId: string;
      readonly thumbprint: string;
      readonly madeAt: Date;
      /** Hash of the last entry of the device's journal; null: it has none. */
      readonly journal: string | null;
    }
  | {
      readonly kind: "journal";
      readonly activationId: string;
      readonly thumbprint: string;
      readonly first: number;
      readonly entries: readonly { readonly ticket: string; readonly amount: number }[];
    }
  /** Made here, for a machine: there is nothing to do with it but to carry it there. */
  | { readonly kind: "response" }
  | { readonly kind: "snapshot" };

const UNKNOWN =
  'This is none of the files that a machine makes: one begins with "-----BEGIN SIGNET ACTIVATION REQUEST-----", a typed code is groups of five letters and digits.';
const SEVERAL = "There is more than one file in this text; bring one at a time.";
/** Groups of letters and digits with what people put between them: a code that somebody typed, or nothing of ours. */
const LIKE_A_CODE = /^[\sA-Za-z0-9.,;:\p{Dash_Punctuation}]+$/u;
const KINDS = ["request", "deactivation", "journal", "response", "snapshot"] as const;

/** Throws SignetError `offline_request_invalid`, whose message says what is wrong with the text and what to do. */
export async function recognise(text: string): Promise<Recognised> {
  const kind = kindOf(text);
  switch (kind) {
    case "request": {
      const { claims, thumbprint } = await openRequest(text);
      const { licenseKey, product, nonce, fingerprint, iat, metadata = {}, tickets = [] } = claims;
      const { name = "", platform = "", appVersion = "" } = metadata;
      return {
        kind,
        licenseKey,
        product,
        asking: { thumbprint, nonce, ...kept(fingerprint) },
        madeAt: new Date(iat * 1000),
        device: { name, platform, appVersion },
        tickets,
      };
    }
    case "deactivation": {
      const { claims, thumbprint } = await openDeactivation(text);
      const { activation: activationId, journal, iat } = claims;
      return { kind, activationId, thumbprint, journal, madeAt: new Date(iat * 1000) };
    }
    case "journal": {
      const { claims, thumbprint } = await openJournal(text);
      const { activation: activationId, first, entries } = claims;
      return { kind, activationId, thumbprint, first, entries };
    }
    case "code": {
      const read = await readRequestCode(text);
      if (!read.ok) throw new SignetError("offline_request_invalid", read.sentence);
      return { kind };
    }
    case "response":
    case "snapshot":
      return { kind };
  }
}

/** The same of a code, which says who asks only together with the license that it is typed for. */
export async function recogniseCode(upload: Omit<CodeUpload, "correlationId">): Promise<AskingDevice> {
  const { request, hash: nonce } = await openCode(upload);
  return { thumbprint: thumbprint(request.deviceKey.x), nonce, ...kept(request.fingerprint) };
}

function kept(fingerprint: Readonly<Record<string, string>>) {
  return {
    fingerprint: hash("sha256", fingerprintText(fingerprint), "base64url"),
    components: Object.entries(fingerprint).map(([component, digest]) => `${component}=${digest}`),
  };
}

function kindOf(text: string): OfflineFileKind | "code" {
  const found: OfflineFileKind[] = [];
  for (const kind of KINDS) {
    const armour = readArmour(kind, text);
    if (armour.ok) found.push(kind);
    // Its first line is there, so this is what it is meant to be, and damaged.
    else if (armour.defect !== "missing_begin" && armour.defect !== "other_kind")
      throw new SignetError("offline_request_invalid", armour.sentence);
  }
  const [kind, another] = found;
  if (another !== undefined) throw new SignetError("offline_request_invalid", SEVERAL);
  if (kind !== undefined) return kind;
  if (LIKE_A_CODE.test(text) && !text.toUpperCase().includes("SIGNET")) return "code";
  throw new SignetError("offline_request_invalid", UNKNOWN);
}
