import { createHmac, hkdfSync, randomBytes } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { Prisma } from "#prisma/generated/client.ts";
import type { Database } from "#server/platform/database.ts";
import type { KeyWrapper } from "#server/platform/master-key.ts";
import { seal, unseal } from "#server/platform/seal.ts";

/** One tenant's secrets, under its data key. `purpose` is bound to what is sealed: it opens for nothing else. */
export interface TenantCipher {
  encrypt(purpose: string, plaintext: Uint8Array): Uint8Array<ArrayBuffer>;
  /** Throws when altered or sealed for another purpose. */
  decrypt(purpose: string, cipher: Uint8Array): Buffer;
  /** HMAC-SHA-256 under a key derived for the purpose: finds a secret without storing it. */
  keyedHash(purpose: string, text: string): Buffer<ArrayBuffer>;
}

/** Opens and seals tenants' secrets; the master key wraps only data keys. */
export interface Vault {
  /** Makes a tenant's data key. Nothing is stored: the caller inserts `wrapped` in its own transaction. */
  newDataKey(tenantId: string): Promise<{ wrapped: Uint8Array<ArrayBuffer>; cipher: TenantCipher }>;
  /** The cipher of a tenant that exists; inside a transaction that created it, pass that transaction. */
  cipher(tenantId: string, tx?: Prisma.TransactionClient): Promise<TenantCipher>;
}

/** Tenants whose data keys a process holds open; the one asked for longest ago goes first. */
const TENANTS_MAX = 10_000;

export function createVault(deps: {
  database: Database;
  keyWrapper: KeyWrapper;
  tenantsMax?: number;
}): Vault {
  const { database, keyWrapper, tenantsMax = TENANTS_MAX } = deps;
  const ciphers = new LRUCache<string, Promise<TenantCipher>>({ max: tenantsMax });
  const label = (tenantId: string): string => `data-key/${tenantId}`;

  async function open(tenantId: string, tx: Prisma.TransactionClient): Promise<TenantCipher> {
    const { dataKeyWrapped } = await tx.tenantState.findUniqueOrThrow({ where: { tenantId } });
    return tenantCipher(tenantId, await keyWrapper.unwrap(dataKeyWrapped, label(tenantId)));
  }

  return {
    async newDataKey(tenantId) {
      const key = randomBytes(32);
      const wrapped = new Uint8Array(await keyWrapper.wrap(key, label(tenantId)));
      return { wrapped, cipher: tenantCipher(tenantId, key) };
    },
    cipher(tenantId, tx) {
      const known = ciphers.get(tenantId);
      if (known !== undefined) return known;
      // Seen only by its own transaction until that commits, so it is not kept.
      if (tx !== undefined) return open(tenantId, tx);
      const opening = database.withTenant(tenantId, (own) => open(tenantId, own));
      ciphers.set(tenantId, opening);
      opening.catch(() => ciphers.delete(tenantId));
      return opening;
    },
  };
}

function tenantCipher(tenantId: string, dataKey: Uint8Array): TenantCipher {
  const derive = (info: string): Buffer =>
    Buffer.from(hkdfSync("sha256", dataKey, Buffer.alloc(0), info, 32));
  const sealingKey = derive("signet/seal");
  const hashKeys = new Map<string, Buffer>();
  const aad = (purpose: string): string => `${tenantId}/${purpose}`;

  return {
    encrypt: (purpose, plaintext) => new Uint8Array(seal(sealingKey, plaintext, aad(purpose))),
    decrypt: (purpose, cipher) => unseal(sealingKey, cipher, aad(purpose)),
    keyedHash(purpose, text) {
      const key = hashKeys.get(purpose) ?? derive(`signet/hash/${purpose}`);
      hashKeys.set(purpose, key);
      return Buffer.from(createHmac("sha256", key).update(text).digest());
    },
  };
}
