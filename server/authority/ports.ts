import type { Prisma } from "#prisma/generated/client.ts";
import type { Decision } from "../domain/decision.ts";

/** The control plane's view of the rooms beside it: only what it calls, so that it depends on none of them. */

export type Tx = Prisma.TransactionClient;

export interface TenantCipher {
  encrypt(purpose: string, plaintext: Uint8Array): Uint8Array<ArrayBuffer>;
  decrypt(purpose: string, cipher: Uint8Array): Buffer;
  keyedHash(purpose: string, text: string): Buffer<ArrayBuffer>;
}

export interface Vault {
  cipher(tenantId: string): Promise<TenantCipher>;
}

export interface Trust {
  /** Gives a new tenant its keys, its state row and its first bundle. */
  provision(tx: Tx, tenantId: string): Promise<void>;
  /** Signs the next bundle, which names every revocation the transaction sees. */
  publish(tx: Tx, tenantId: string): Promise<{ seq: number }>;
  /** The base64url `x` that applications pin. */
  rootKey(tenantId: string): Promise<string>;
}

export interface Devices {
  /** Frees a device's slot; `byVendor` passes over what the policy says about customers doing it. */
  deactivate(
    tenantId: string,
    request: { readonly activationId: string; readonly correlationId: string; readonly byVendor: true },
  ): Promise<Decision<unknown>>;
}

export interface Certificates {
  /** The license's signed certificate, a compact JWS. */
  of(tenantId: string, licenseId: string, correlationId: string): Promise<string>;
}
