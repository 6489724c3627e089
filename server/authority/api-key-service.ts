import type { UserActor } from "../domain/actor.ts";
import { API_KEY_PURPOSE, API_KEY_SECRET_BYTES, formatApiKey } from "../domain/api-key.ts";
import { invalidField, SignetError } from "../domain/errors.ts";
import { publicId } from "../domain/ids.ts";
import { publishes } from "../domain/scopes.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { newUuid, randomSecret } from "../platform/ids.ts";
import type { CreateApiKey } from "./api-key-input.ts";
import * as store from "./api-key-store.ts";
import { type Auditable, recordAudit } from "./audit.ts";
import { present } from "./missing.ts";
import type { Tx, Vault } from "./ports.ts";
import { namingTaken } from "./taken.ts";

const HOUR_MS = 3_600_000;
const HINT_LENGTH = 6;

export type ApiKeys = ReturnType<typeof createApiKeys>;

/** What a key may do and until when; the same for a key and the one that follows it. */
type KeyTerms = Pick<CreateApiKey, "name" | "expiresAt" | "publicKey"> & {
  readonly scopes: readonly string[];
};

/** Credentials of a vendor's backends. A key's text is told once, when it is made; only a keyed hash of it is kept. */
export function createApiKeys(deps: { database: Database; clock: Clock; vault: Vault }) {
  const { database, clock, vault } = deps;

  const audit = (tx: Tx, actor: UserActor, id: string, action: string, before: Auditable, after: Auditable) =>
    recordAudit(tx, actor, clock, {
      action: `api_key.${action}`,
      subjectKind: "apiKey",
      subjectId: id,
      before,
      after,
    });

  /** Else who may make keys could publish through one what their role may not. */
  function refuseBeyondRole({ role }: UserActor, scopes: readonly string[]): void {
    if (!publishes(scopes) || role === "owner" || role === "admin") return;
    throw new SignetError(
      "forbidden",
      "Only an owner or an admin makes or rotates a key with authority:write.",
    );
  }

  async function insert(tx: Tx, actor: UserActor, { name, scopes, expiresAt, publicKey }: KeyTerms) {
    const { tenantId } = actor;
    const cipher = await vault.cipher(tenantId);
    const id = newUuid();
    const key = publicKey === null ? formatApiKey(tenantId, randomSecret(API_KEY_SECRET_BYTES)) : null;
    const found = key ?? publicKey ?? "";
    await store.insertApiKey(tx, {
      tenantId,
      id,
      name,
      scopes: [...scopes],
      expiresAt,
      hash: cipher.keyedHash(API_KEY_PURPOSE, found),
      publicX: publicKey,
      hint: found.slice(-HINT_LENGTH),
      createdBy: actor.userId,
      createdAt: clock.now(),
    });
    return { id, key };
  }

  function isOver({ revokedAt, expiresAt }: { revokedAt: Date | null; expiresAt: Date | null }): boolean {
    return revokedAt !== null || (expiresAt !== null && expiresAt <= clock.now());
  }

  return {
    /** Newest first, also those that are over. */
    list: (actor: UserActor) =>
      database.withTenant(actor.tenantId, (tx) => store.listApiKeys(tx, actor.tenantId)),

    /** `key` is null where the backend keeps its own. */
    async create(actor: UserActor, terms: CreateApiKey) {
      refuseBeyondRole(actor, terms.scopes);
      if (terms.expiresAt !== null && terms.expiresAt <= clock.now())
        throw invalidField("/expiresAt", "Choose a time that is still to come.");
      const creating = database.withTenant(actor.tenantId, async (tx) => {
        const created = await insert(tx, actor, terms);
        await audit(tx, actor, created.id, "created", null, terms);
        return created;
      });
      return namingTaken(creating, { hash: "This public key is registered already." });
    },

    /** From the next request on, on every server, neither the key nor a token got with it is taken. */
    async revoke(actor: UserActor, id: string) {
      const { tenantId } = actor;
      await database.withTenant(tenantId, async (tx) => {
        const { revokedAt } = present(await store.lockApiKey(tx, tenantId, id), "API key");
        if (revokedAt !== null) return;
        const now = clock.now();
        await store.updateApiKey(tx, tenantId, id, { revokedAt: now });
        await audit(tx, actor, id, "revoked", { revokedAt }, { revokedAt: now });
      });
    },

    /** A new key of the same scopes; the old one lives on for the overlap, so that no request fails meanwhile. */
    async rotate(actor: UserActor, id: string, overlapHours: number) {
      const { tenantId } = actor;
      return database.withTenant(tenantId, async (tx) => {
        const old = present(await store.lockApiKey(tx, tenantId, id), "API key");
        refuseBeyondRole(actor, old.scopes);
        if (isOver(old)) throw invalidField("/id", "This key is over; create a new one instead.");
        if (old.publicX !== null)
          throw invalidField(
            "/id",
            "Register the new public key beside this one, and revoke this one after.",
          );
        const overlapEnds = new Date(clock.now().getTime() + overlapHours * HOUR_MS);
        const expiresAt = old.expiresAt !== null && old.expiresAt < overlapEnds ? old.expiresAt : overlapEnds;
        const created = await insert(tx, actor, { ...old, publicKey: null });
        await store.updateApiKey(tx, tenantId, id, { expiresAt });
        const replacedBy = publicId("apiKey", created.id);
        await audit(tx, actor, id, "rotated", { expiresAt: old.expiresAt }, { expiresAt, replacedBy });
        return { ...created, oldExpiresAt: expiresAt };
      });
    },
  };
}
