import { publicId, storedId } from "../domain/ids.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { newUuid } from "../platform/ids.ts";
import { recordAudit } from "./audit.ts";
import type { Trust, Tx } from "./ports.ts";
import { namingTaken } from "./taken.ts";
import type { TenantFields } from "./tenant-input.ts";

/** What never changes about a tenant, so that it may be remembered. */
export interface ResolvedTenant {
  /** The stored uuid. */
  readonly id: string;
  readonly slug: string;
}

/** Addresses remembered at once; every runtime request asks for one. */
const REMEMBERED_MAX = 10_000;
const REMEMBERED_FOR_MS = 60_000;

export type NewTenant = TenantFields & {
  readonly ownerUserId: string;
  /** Both or neither: without them nothing is limited. */
  readonly trialLicenses?: number;
  readonly trialEndsAt?: Date;
};

export type Tenants = ReturnType<typeof createTenants>;

/** Vendors' accounts. */
export function createTenants(deps: { database: Database; clock: Clock; trust: Pick<Trust, "provision"> }) {
  const { database, clock, trust } = deps;
  const remembered = new Map<string, { readonly tenant: ResolvedTenant; readonly untilMs: number }>();

  function remember(address: string, tenant: ResolvedTenant): void {
    const oldest = remembered.size >= REMEMBERED_MAX ? remembered.keys().next().value : undefined;
    if (oldest !== undefined) remembered.delete(oldest);
    remembered.set(address, { tenant, untilMs: clock.monotonicMs() + REMEMBERED_FOR_MS });
  }

  /** `create`, with what must be there before it in the same transaction: its owner's account, say. */
  async function createWith(
    { ownerUserId, ...fields }: NewTenant,
    before: (tx: Tx) => Promise<void>,
  ): Promise<ResolvedTenant> {
    const id = newUuid();
    const now = clock.now();
    const creating = database.withTenant(id, async (tx) => {
      await before(tx);
      await tx.tenant.create({ data: { id, ...fields, createdAt: now } });
      await tx.membership.create({
        data: { tenantId: id, userId: ownerUserId, role: "owner", createdAt: now },
      });
      await trust.provision(tx, id);
      await recordAudit(tx, { kind: "system", tenantId: id }, clock, {
        action: "tenant.created",
        subjectKind: "tenant",
        subjectId: id,
        before: null,
        after: { ...fields, ownerUserId: publicId("user", ownerUserId) },
      });
    });
    await namingTaken(creating, { slug: `The address ${fields.slug} is taken; choose another.` });
    return { id, slug: fields.slug };
  }

  return {
    /**
     * A new vendor with its owner, its keys and its first trust bundle: all of it or nothing. Throws `invalid_request` when
     * the slug is taken.
     */
    create(fields: NewTenant): Promise<ResolvedTenant> {
      return createWith(fields, async () => {});
    },

    createWith,

    /** By slug or public id (`ten_…`); undefined when there is none. */
    async resolve(address: string): Promise<ResolvedTenant | undefined> {
      const known = remembered.get(address);
      if (known !== undefined && clock.monotonicMs() < known.untilMs) return known.tenant;
      remembered.delete(address);
      const id = storedId("tenant", address);
      const tenant = await database.prisma.tenant.findUnique({
        where: id === undefined ? { slug: address } : { id },
        select: { id: true, slug: true },
      });
      if (tenant === null) return undefined;
      remember(address, tenant);
      return tenant;
    },
  };
}
