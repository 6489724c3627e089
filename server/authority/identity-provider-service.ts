import { z } from "zod";
import type { UserActor } from "../domain/actor.ts";
import { idOf } from "../domain/ids.ts";
import { RUNTIME_SCOPES } from "../domain/scopes.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { newUuid } from "../platform/ids.ts";
import { recordAudit } from "./audit.ts";
import { requiredText } from "./input.ts";
import { present } from "./missing.ts";

const httpsUrl = (what: string) =>
  z
    .url({ protocol: /^https$/, error: `Enter ${what} as an https:// address.` })
    .max(500, "Use at most 500 characters.");

/** A value of the claim → a scope. */
const scopeMap = z.record(
  requiredText("Enter a value of the claim.", 200),
  z.enum(RUNTIME_SCOPES, `Choose of: ${RUNTIME_SCOPES.join(", ")}.`),
);

export const saveIdentityProvider = z.strictObject({
  issuer: httpsUrl("the issuer (iss)"),
  jwksUrl: httpsUrl("where its keys are"),
  audience: requiredText("Enter the audience (aud) of its tokens.", 200),
  scopeClaim: requiredText("Enter the claim that says what the bearer may do.", 100),
  scopeMap: scopeMap.refine(
    (map) => Object.keys(map).length > 0,
    "Name at least one value; without one, its tokens may do nothing.",
  ),
});
export type SaveIdentityProvider = z.output<typeof saveIdentityProvider>;
export const identityProviderId = z.strictObject({ id: idOf("identityProvider") });

export type IdentityProviders = ReturnType<typeof createIdentityProviderSettings>;

/** Whose tokens a vendor's backends may come with instead of ours. One for each issuer. */
export function createIdentityProviderSettings({ database, clock }: { database: Database; clock: Clock }) {
  const subject = (id: string) => ({ subjectKind: "identityProvider", subjectId: id });
  return {
    async list({ tenantId }: UserActor) {
      const rows = await database.withTenant(tenantId, (tx) =>
        tx.identityProvider.findMany({ where: { tenantId, removedAt: null }, orderBy: { createdAt: "asc" } }),
      );
      return rows.map(({ id, createdAt, ...row }) => ({ id, createdAt, ...told(row) }));
    },

    /** Adds the provider, or changes the one that has this issuer. */
    async save(actor: UserActor, { issuer, ...fields }: SaveIdentityProvider) {
      const { tenantId } = actor;
      return database.withTenant(tenantId, async (tx) => {
        const where = { tenantId_issuer: { tenantId, issuer } };
        const known = await tx.identityProvider.findUnique({ where });
        const { id } = await tx.identityProvider.upsert({
          where,
          create: { tenantId, id: newUuid(), issuer, ...fields, createdAt: clock.now() },
          update: { ...fields, removedAt: null },
        });
        const before = known === null || known.removedAt !== null ? null : told(known);
        const entry = { ...subject(id), action: "identity_provider.saved", before };
        await recordAudit(tx, actor, clock, { ...entry, after: { issuer, ...fields } });
        return { id };
      });
    },

    /** From the next request on its tokens are not taken. */
    async remove(actor: UserActor, id: string) {
      const { tenantId } = actor;
      await database.withTenant(tenantId, async (tx) => {
        const where = { tenantId_id: { tenantId, id } };
        const { issuer } = present(
          await tx.identityProvider.findUnique({ where: { ...where, removedAt: null } }),
          "identity provider",
        );
        await tx.identityProvider.update({ where, data: { removedAt: clock.now() } });
        const entry = { ...subject(id), action: "identity_provider.removed", before: { issuer } };
        await recordAudit(tx, actor, clock, { ...entry, after: null });
      });
    },
  };
}

/** All that was given about a provider. */
function told(row: Omit<SaveIdentityProvider, "scopeMap"> & { scopeMap: unknown }): SaveIdentityProvider {
  const { issuer, jwksUrl, audience, scopeClaim } = row;
  return { issuer, jwksUrl, audience, scopeClaim, scopeMap: scopeMap.parse(row.scopeMap) };
}
