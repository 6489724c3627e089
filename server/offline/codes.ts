import { z } from "zod";
import {
  type CodeRequest,
  codeActivationId,
  codeClaims,
  codeRequestHash,
  featureName,
  readRequestCode,
  writeResponseCode,
} from "#sdk/offline-code.ts";
import type { ActivationClaims, LicenseClaims } from "#sdk/wire.ts";
import type { ActivationGrant, Subject } from "#server/activations/grant.ts";
import { SignetError } from "#server/domain/errors.ts";
import { publicId } from "#server/domain/ids.ts";

/** A request code as somebody typed it, and what was typed beside it. */
export interface CodeUpload {
  readonly code: string;
  /** In its canonical form. */
  readonly licenseKey: string;
  readonly product: string;
  readonly name?: string | undefined;
  readonly correlationId: string;
}

/** A response code, and what is told beside it. Ids are as stored. */
export interface CodeAnswer {
  readonly activationId: string;
  readonly licenseId: string;
  readonly expiresAt: Date;
  readonly code: string;
  /** The request was answered before: this is the first answer again. */
  readonly replayed: boolean;
}

const MINUTE_SECONDS = 60;
const DAY_SECONDS = 86_400;
/** Nobody types more than this; what a license grants beyond it needs a file. */
const CODE_LENGTH_MAX = 1_500;

/** Throws SignetError `offline_request_invalid`, whose message names the group that is wrong. */
export async function openCode({ code, licenseKey, product }: Omit<CodeUpload, "correlationId">) {
  const read = await readRequestCode(code);
  if (!read.ok) throw new SignetError("offline_request_invalid", read.sentence);
  const hash = await codeRequestHash(read.request, licenseKey, product);
  return { request: deviceOf(read.request), hash };
}

function deviceOf({ x, fingerprint }: CodeRequest) {
  return {
    fingerprint: { code: fingerprint },
    deviceKey: { kty: "OKP", crv: "Ed25519", x } as const,
  };
}

/** The id that a device expects of a new activation which is decided about now. */
export async function expectedId(hash: string, decidedAt: Date): Promise<string> {
  const hex = await codeActivationId(hash, wholeMinute(Math.floor(decidedAt.getTime() / 1000)));
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/**
 * A response code: the machine can bring nothing in later, so it ends when a snapshot of now would be too old for the license.
 *
 * @param sign makes a compact JWS, whose signature is all of it that the code holds.
 */
export async function responseCode(
  tenantId: string,
  subject: Subject,
  grant: ActivationGrant,
  decidedAt: Date,
  sign: (claims: object) => string,
): Promise<{ readonly code: string; readonly expiresAt: Date }> {
  const token = claimsOf<ActivationClaims>(grant.token);
  const { offline } = claimsOf<LicenseClaims>(grant.certificate);
  const iat = wholeMinute(token.iat);
  const staleAt = iat + (offline.trustMaxAgeDays ?? Number.POSITIVE_INFINITY) * DAY_SECONDS;
  const minutes = Math.floor((Math.min(token.exp, staleAt) - iat) / MINUTE_SECONDS);
  const said = {
    iat,
    exp: iat + minutes * MINUTE_SECONDS,
    statusIndex: token.statusIndex,
    features: await namedFeatures(token.features),
    grace: token.grace !== undefined,
  };
  const claims = codeClaims(
    {
      iss: publicId("tenant", tenantId),
      aud: subject.product,
      sub: publicId("activation", grant.activationId),
      fingerprint: subject.fingerprint,
      cnf: { jkt: subject.thumbprint },
      req: subject.requestHash,
    },
    said,
  );
  const signature = sign(claims).split(".")[2] ?? "";
  const isExpected = grant.activationId === (await expectedId(subject.requestHash, decidedAt));
  const id = isExpected ? undefined : grant.activationId.replaceAll("-", "");
  const code = await writeResponseCode({ ...said, signature, id });
  if (code.length > CODE_LENGTH_MAX) throw new SignetError("offline_request_invalid", TOO_LONG);
  return { code, expiresAt: new Date(said.exp * 1000) };
}

const TOO_LONG = "This license grants more than a code can hold; make a request file on the machine instead.";
const ALIKE =
  "Two features of this license look alike in a code; make a request file on the machine instead.";

const kept = z.object({
  activationId: z.string(),
  licenseId: z.string(),
  expiresAt: z.coerce.date(),
  code: z.string(),
});

/** What is kept of an answer. */
export function keptAnswer(answer: z.output<typeof kept>): string {
  return JSON.stringify(answer);
}

export function answerOfCode(text: string, replayed: boolean): CodeAnswer {
  return { ...kept.parse(JSON.parse(text)), replayed };
}

/** Granted features by their short names; one that is off is not granted. */
async function namedFeatures(features: ActivationClaims["features"]): Promise<ActivationClaims["features"]> {
  const granted = Object.entries(features).filter(([, value]) => value !== false);
  const named = await Promise.all(
    granted.map(async ([code, value]) => [await featureName(code), value] as const),
  );
  const byName = Object.fromEntries(named);
  if (Object.keys(byName).length < named.length) throw new SignetError("offline_request_invalid", ALIKE);
  return byName;
}

/** Upwards, so that a key that was made within the minute has signed it in its time. */
function wholeMinute(seconds: number): number {
  return Math.ceil(seconds / MINUTE_SECONDS) * MINUTE_SECONDS;
}

/** Of a token that was signed just now. */
function claimsOf<Claims>(jws: string): Claims {
  return JSON.parse(Buffer.from(jws.split(".")[1] ?? "", "base64url").toString("utf8"));
}
