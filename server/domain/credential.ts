import { publicId, storedId } from "./ids.ts";

/** What a vendor's backend proved itself with, as the facts of a decision keep it. */
export type Credential =
  | {
      /** The key itself, a token got with it, or a request signed by it. */
      readonly kind: "apiKey" | "accessToken" | "signature";
      /** `apk_…` */
      readonly id: string;
    }
  | {
      /** A token of an identity provider that the vendor named. */
      readonly kind: "identityToken";
      /** Its `sub`, whose meaning is the issuer's. */
      readonly id: string;
      readonly issuer: string;
    };

/** `apiKeyId` is the stored uuid. */
export function ofApiKey(kind: Exclude<Credential["kind"], "identityToken">, apiKeyId: string): Credential {
  return { kind, id: publicId("apiKey", apiKeyId) };
}

/** The same for whatever stands for one API key, so that a backend is counted once however it comes. */
export function credentialName(credential: Credential): string {
  return credential.kind === "identityToken" ? `${credential.issuer} ${credential.id}` : credential.id;
}

/** The stored id of the API key that a record says it was asked for with, if it was one. */
export function apiKeyIn(record: unknown): string | undefined {
  const { credential }: { credential?: unknown } = Object(record);
  const { id }: { id?: unknown } = Object(credential);
  return typeof id === "string" ? storedId("apiKey", id) : undefined;
}
