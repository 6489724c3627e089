import type { LicenseClaims } from "#sdk/wire.ts";
import { SignetError } from "#server/domain/errors.ts";
import { publicId } from "#server/domain/ids.ts";
import { policyRules } from "#server/domain/policy.ts";
import type { Clock } from "#server/platform/clock.ts";
import type { Database } from "#server/platform/database.ts";
import { newUuid } from "#server/platform/ids.ts";
import { seconds } from "./bundle.ts";
import type { Trust } from "./service.ts";
import { readTrustSeq } from "./trust-store.ts";

export type Certificates = ReturnType<typeof createCertificates>;

/** License certificates: signed when first needed after a license, or the key behind it, changed, then kept on its row. */
export function createCertificates(deps: { database: Database; clock: Clock; trust: Trust }) {
  const { database, clock, trust } = deps;

  return {
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
      const { sign, expMax, seq, trusts } = await trust.signer(tenantId, "license", trustSeq);
      if (license.certificate !== null && trusts("license", license.certificate)) return license.certificate;
      const rules = policyRules.parse(license.effective);
      const claims: LicenseClaims = {
        iss: publicId("tenant", tenantId),
        aud: license.product.code,
        sub: publicId("license", licenseId),
        jti: publicId("token", newUuid()),
        iat: seconds(clock.now()),
        exp: Math.min(expMax, license.graceUntil === null ? expMax : seconds(license.graceUntil)),
        cid: correlationId,
        trust: seq,
        statusIndex: license.statusIndex,
        customer: { id: publicId("customer", license.customerId), name: license.customer.name },
        policy: { code: license.policy.code, version: license.policyVersion.number },
        validFrom: license.validFrom === null ? null : seconds(license.validFrom),
        validUntil: license.expiresAt === null ? null : seconds(license.expiresAt),
        graceDays: rules.graceDays,
        activationsMax: rules.activationsMax,
        seats: rules.seats,
        features: rules.features,
        offline: {
          allowed: rules.offlineAllowed,
          daysMax: rules.offlineDaysMax,
          trustMaxAgeDays: rules.trustMaxAgeDays,
        },
      };
      const certificate = sign(claims);
      await database.withTenant(tenantId, (tx) =>
        // Only if the license is still as it was read: otherwise the next one to need it signs the newer state.
        tx.license.updateMany({
          where: { tenantId, id: licenseId, certificate: license.certificate, updatedAt: license.updatedAt },
          data: { certificate },
        }),
      );
      return certificate;
    },
  };
}
