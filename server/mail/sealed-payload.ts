import type { Prisma } from "#prisma/generated/client.ts";
import { INSTALLATION } from "#server/domain/installation.ts";
import type { KeyWrapper } from "#server/platform/master-key.ts";

interface Of {
  readonly tenantId: string;
  readonly id: string;
}

/** What sealing needs of a tenant's keys. */
interface Vault {
  cipher(
    tenantId: string,
    tx?: Prisma.TransactionClient,
  ): Promise<{
    encrypt(purpose: string, plaintext: Uint8Array): Uint8Array<ArrayBuffer>;
    decrypt(purpose: string, cipher: Uint8Array): Uint8Array;
  }>;
}

export type Payloads = ReturnType<typeof createPayloads>;

/**
 * Seals what mails say, each bound to its row so that it opens as no other's: a vendor's under its own data key, the
 * installation's, which has none, under the master key.
 */
export function createPayloads({ vault, keyWrapper }: { vault: Vault; keyWrapper: KeyWrapper }) {
  return {
    async seal(tx: Prisma.TransactionClient, { tenantId, id }: Of, payload: unknown) {
      const plaintext = Buffer.from(JSON.stringify(payload));
      if (tenantId === INSTALLATION) return new Uint8Array(await keyWrapper.wrap(plaintext, label(id)));
      return (await vault.cipher(tenantId, tx)).encrypt(label(id), plaintext);
    },

    async open({ tenantId, id }: Of, sealed: Uint8Array): Promise<unknown> {
      const opened =
        tenantId === INSTALLATION
          ? await keyWrapper.unwrap(sealed, label(id))
          : (await vault.cipher(tenantId)).decrypt(label(id), sealed);
      return JSON.parse(Buffer.from(opened).toString());
    },
  };
}

/** As prisma/migrator/rotate-master-key.ts knows it too. */
const label = (id: string): string => `mail/${id}`;
