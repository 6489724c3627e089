import { decodeJwt, decodeProtectedHeader, jwtVerify } from "jose";
import { z } from "zod";
import { type CommonClaims, TOKEN_TYPES } from "#sdk/wire.ts";
import { publicId } from "#server/domain/ids.ts";
import type { Database } from "#server/platform/database.ts";
import { newCorrelationId, newUuid } from "#server/platform/ids.ts";
import { currentCorrelationId } from "#server/platform/log.ts";
import { seconds } from "./bundle.ts";
import type { KeySet } from "./key-set.ts";
import { openPublicKey } from "./keys.ts";
import * as store from "./trust-store.ts";

/** Where a tenant's audit chain stood (`signet-audit-checkpoint+jwt`). It says what was, and so never expires. */
interface CheckpointClaims extends Omit<CommonClaims, "exp"> {
  readonly seq: number;
  readonly hash: string;
}

const checkpoint = z.object({ seq: z.int(), hash: z.string() });

/** Signs and opens the checkpoints of audit chains. */
export function createCheckpoints(deps: { database: Database; keys: (tenantId: string) => Promise<KeySet> }) {
  const { database, keys } = deps;
  return {
    /** By the key in force. */
    async sign(
      tenantId: string,
      { seq, hash, at }: { seq: number; hash: string; at: Date },
    ): Promise<string> {
      const keySet = await keys(tenantId);
      const tenant = publicId("tenant", tenantId);
      const claims: CheckpointClaims = {
        iss: tenant,
        aud: tenant,
        sub: tenant,
        jti: publicId("token", newUuid()),
        iat: seconds(at),
        cid: currentCorrelationId() ?? newCorrelationId(),
        trust: keySet.seq,
        seq,
        hash,
      };
      return keySet.signer("auditCheckpoint").sign(claims);
    },

    /**
     * What one says that this tenant's key has signed, however long ago; "compromised" where others may have that key, and
     * undefined where it was never signed.
     */
    async open(tenantId: string, jws: string) {
      const keySet = await keys(tenantId);
      try {
        const { kid } = decodeProtectedHeader(jws);
        const key = keySet.keys.find((one) => one.kid === kid && one.use === "receipt");
        if (key === undefined) return undefined;
        if (key.status === "compromised") return "compromised" as const;
        const { payload } = await jwtVerify(jws, openPublicKey(key.publicX), {
          algorithms: ["EdDSA"],
          typ: TOKEN_TYPES.auditCheckpoint,
          issuer: publicId("tenant", tenantId),
        });
        return checkpoint.parse(payload);
      } catch {
        return undefined;
      }
    },

    /** The key it names, and the trust bundle that was in force, which lists that key. Verifies nothing. */
    async provenance(tenantId: string, jws: string): Promise<{ kid: string; bundle: string }> {
      const { kid = "" } = decodeProtectedHeader(jws);
      const { trust } = z.object({ trust: z.int() }).parse(decodeJwt(jws));
      const bundle = await database.withTenant(tenantId, (tx) => store.readBundle(tx, tenantId, trust));
      if (bundle === null) throw new Error(`Trust bundle ${trust} of tenant ${tenantId} is missing.`);
      return { kid, bundle: bundle.jws };
    },
  };
}
