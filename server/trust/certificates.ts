import { LRUCache } from "lru-cache";
import { SignetError } from "#server/domain/errors.ts";
import { policyRules } from "#server/domain/policy.ts";
import type { Clock } from "#server/platform/clock.ts";
import type { Database } from "#server/platform/database.ts";
import { newUuid } from "#server/platform/ids.ts";
import { type CertifiedLicense, licenseClaims } from "./license-token.ts";
import type { Trust } from "./service.ts";
import { readTrustSeq } from "./trust-store.ts";

export type Certificates = ReturnType<typeof createCertificates>;

/** Certificates remembered in a process; the one asked for longest ago goes first, which costs a signature. */
const REMEMBERED_MAX = 20_000;

/**
 * License certificates. Nothing is stored: one is signed from the license as it stands, by the key in force, and
 * remembered until either changes.
 */
export function createCertificates(deps: { database: Database; clock: Clock; trust: Trust }) {
  const { database, clock, trust } = deps;
  const remembered = new LRUCache<string, string>({ max: REMEMBERED_MAX });

  /** The certificate of a license just read, with keys no older than `trustSeq`. */
  async function certify(
    tenantId: string,
    license: CertifiedLicense,
    trustSeq: number,
    correlationId: string,
  ): Promise<string> {
    const { sign, kid, expMax, seq } = await trust.signer(tenantId, "license", trustSeq);
    const key = `${license.licenseId}/${license.changedAt.getTime()}/${kid}/${license.customerName}`;
    const known = remembered.get(key);
    if (known !== undefined) return known;
    const signing = {
      tenantId,
      tokenId: newUuid(),
      correlationId,
      signedAt: clock.now(),
      trustSeq: seq,
      expMax,
    };
    const certificate = sign(licenseClaims(license, signing));
    remembered.set(key, certificate);
    return certificate;
  }

  return {
    certify,

    /** The license's certificate (`signet-license+jwt`). Throws `license_not_found`. */
    async of(tenantId: string, licenseId: string, correlationId: string): Promise<string> {
      const { license, trustSeq } = await database.withTenant(tenantId, async (tx) => ({
        license: await tx.license.findUnique({
          where: { tenantId_id: { tenantId, id: licenseId } },
          include: { product: true, customer: true, policy: true, policyVersion: true },
        }),
        trustSeq: await readTrustSeq(tx, tenantId),
      }));
      if (license === null) throw new SignetError("license_not_found");
      const certified: CertifiedLicense = {
        ...license,
        licenseId,
        product: license.product.code,
        customerName: license.customer.name,
        policyCode: license.policy.code,
        policyVersion: license.policyVersion.number,
        rules: policyRules.parse(license.effective),
        changedAt: license.updatedAt,
      };
      return certify(tenantId, certified, trustSeq, correlationId);
    },
  };
}
