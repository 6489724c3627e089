import type { Actor } from "../domain/actor.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { type Auditable, recordAudit } from "./audit.ts";
import type { KeyUse, Lifecycle, Tx } from "./ports.ts";

export type TrustKeys = ReturnType<typeof createTrustKeys>;

/** The tenant's keys in the hands of its owners: each change is audited with the bundle that makes it known. */
export function createTrustKeys(deps: { database: Database; clock: Clock; trust: Lifecycle }) {
  const { database, clock } = deps;
  const { rotation, roots } = deps.trust;

  async function change<Result>(
    actor: Actor,
    action: string,
    work: (tx: Tx) => Promise<Result>,
    facts: (result: Result) => Auditable,
  ): Promise<Result> {
    return database.withTenant(actor.tenantId, async (tx) => {
      const result = await work(tx);
      await recordAudit(tx, actor, clock, {
        action: `trust.${action}`,
        subjectKind: "tenant",
        subjectId: actor.tenantId,
        before: null,
        after: facts(result),
      });
      return result;
    });
  }

  return {
    /** The root and every working key, with where each is in its life. Nothing of it is secret. */
    list: (actor: Actor) =>
      database.withTenant(actor.tenantId, async (tx) => ({
        root: await roots.view(tx, actor.tenantId),
        keys: await rotation.keys(tx, actor.tenantId),
      })),

    /** The bundles that were signed, newest first, each with what it changed. */
    bundles: (actor: Actor, page: { readonly before?: number | undefined; readonly limit: number }) =>
      database.withTenant(actor.tenantId, (tx) => deps.trust.bundleHistory(tx, actor.tenantId, page)),

    announce: (actor: Actor, use: KeyUse) =>
      change(
        actor,
        "key_announced",
        (tx) => rotation.announce(tx, actor.tenantId, use),
        (announced) => ({ use, ...announced }),
      ),

    /** Throws `invalid_request` before the key's time, unless `early`. */
    activate: (actor: Actor, use: KeyUse, early: boolean) =>
      change(
        actor,
        "key_activated",
        (tx) => rotation.activate(tx, actor.tenantId, use, { early }),
        (activated) => ({ use, ...activated }),
      ),

    compromise: (actor: Actor, kid: string) =>
      change(
        actor,
        "key_compromised",
        (tx) => rotation.compromise(tx, actor.tenantId, kid),
        (published) => ({ kid, ...published }),
      ),

    rotateRoot: (actor: Actor) =>
      change(
        actor,
        "root_rotated",
        (tx) => roots.rotate(tx, actor.tenantId),
        (rotated) => ({ ...rotated }),
      ),

    replaceCompromisedRoot: (actor: Actor) =>
      change(
        actor,
        "root_compromised",
        (tx) => roots.replaceCompromised(tx, actor.tenantId),
        (replaced) => ({ ...replaced }),
      ),

    /** The audit tells that it was taken, never what it is. */
    exportRoot: (actor: Actor, passphrase: string) =>
      change(
        actor,
        "root_exported",
        (tx) => roots.exportPrivate(tx, actor.tenantId, passphrase),
        ({ kid }) => ({ kid }),
      ),

    prepareBundle: (actor: Actor, bundleDays: number) =>
      change(
        actor,
        "bundle_prepared",
        (tx) => roots.prepare(tx, actor.tenantId, bundleDays),
        ({ seq }) => ({ seq, bundleDays }),
      ),

    takeSignedBundle: (actor: Actor, bundle: string, takeOffline: boolean) =>
      change(
        actor,
        takeOffline ? "root_taken_offline" : "bundle_signed",
        (tx) => roots.takeSigned(tx, actor.tenantId, bundle, { takeOffline }),
        ({ seq }) => ({ seq }),
      ),

    restoreRoot: (actor: Actor, pem: string, passphrase: string) =>
      change(
        actor,
        "root_restored",
        (tx) => roots.restore(tx, actor.tenantId, pem, passphrase),
        ({ seq }) => ({ seq }),
      ),
  };
}
