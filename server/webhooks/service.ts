import { type Auditable, recordAudit } from "../authority/audit.ts";
import { present } from "../authority/missing.ts";
import { pageOf, readCursor } from "../authority/page.ts";
import type { Tx, Vault } from "../authority/ports.ts";
import type { Actor, UserActor } from "../domain/actor.ts";
import { invalidField } from "../domain/errors.ts";
import { happened } from "../domain/event-catalogue.ts";
import { publicId } from "../domain/ids.ts";
import { recordEvents } from "../events/outbox.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { newUuid } from "../platform/ids.ts";
import type { Deliverer } from "./deliveries.ts";
import * as deliveries from "./delivery-store.ts";
import * as store from "./endpoint-store.ts";
import type { EndpointFields, ListDeliveries } from "./input.ts";
import { bodyOf } from "./request.ts";
import { newSecret, openSecret, sealSecret } from "./secrets.ts";

export type Webhooks = ReturnType<typeof createWebhooks>;

const HOUR_MS = 3_600_000;
const HEALTH_HOURS = 24;
/** While it lasts, the old secret signs too, so that a receiver can change without missing anything. */
const OVERLAP_HOURS = 24;
const ENDPOINTS_MAX = 50;
/** Sent anew at once, of each kind. */
const REPLAYED_MAX = 10_000;

/** Where a vendor wants events sent, and what became of each. */
export function createWebhooks(deps: {
  database: Database;
  clock: Clock;
  vault: Vault;
  deliverer: Pick<Deliverer, "sendNow">;
  /** Refuses an address that is never sent to; throws why. */
  checkUrl: (url: string) => void;
}) {
  const { database, clock, vault, deliverer, checkUrl } = deps;

  const audit = (tx: Tx, actor: Actor, id: string, action: string, before: Auditable, after: Auditable) =>
    recordAudit(tx, actor, clock, {
      action: `webhook_endpoint.${action}`,
      subjectKind: "webhookEndpoint",
      subjectId: id,
      before,
      after,
    });

  function refuseUrl(url: string): void {
    try {
      checkUrl(url);
    } catch (cause) {
      throw invalidField("/url", cause instanceof Error ? cause.message : "This address is never sent to.");
    }
  }

  /** A change of one endpoint, audited in its transaction. */
  async function change<Result>(
    actor: UserActor,
    id: string,
    work: (tx: Tx, endpoint: NonNullable<Awaited<ReturnType<typeof store.lockEndpoint>>>) => Promise<Result>,
  ): Promise<Result> {
    return database.withTenant(actor.tenantId, async (tx) =>
      work(tx, present(await store.lockEndpoint(tx, actor.tenantId, id), "webhook endpoint")),
    );
  }

  return {
    /** Newest first, each with what became of the last day's events. */
    async list({ tenantId }: UserActor) {
      const since = new Date(clock.now().getTime() - HEALTH_HOURS * HOUR_MS);
      return database.withTenant(tenantId, async (tx) => {
        const health = new Map(
          (await store.readHealth(tx, tenantId, since)).map((row) => [row.endpointId, row]),
        );
        const endpoints = await store.listEndpoints(tx, tenantId);
        return endpoints.map((endpoint) => ({ ...endpoint, health: health.get(endpoint.id) }));
      });
    },

    /** The only answer, beside a rotation's and an audited reveal's, that holds the secret. */
    async create(actor: UserActor, fields: EndpointFields) {
      refuseUrl(fields.url);
      const { tenantId } = actor;
      const cipher = await vault.cipher(tenantId);
      const [id, secret, now] = [newUuid(), newSecret(), clock.now()];
      await database.withTenant(tenantId, async (tx) => {
        if ((await store.countEndpoints(tx, tenantId)) >= ENDPOINTS_MAX)
          throw invalidField("/url", `There are ${ENDPOINTS_MAX} endpoints already; remove one first.`);
        const sealed = { secretCipher: sealSecret(cipher, secret), secretMadeAt: now };
        await store.insertEndpoint(tx, { tenantId, id, ...fields, ...sealed, createdAt: now });
        await audit(tx, actor, id, "created", null, fields);
      });
      return { id, secret };
    },

    async update(actor: UserActor, id: string, fields: EndpointFields) {
      refuseUrl(fields.url);
      await change(actor, id, async (tx, { url, description, events }) => {
        await store.updateEndpoint(tx, actor.tenantId, id, fields);
        await audit(tx, actor, id, "updated", { url, description, events }, fields);
      });
    },

    /** What waits for a disabled one waits on, and is sent once it is enabled; what happens meanwhile is not sent. */
    async setEnabled(actor: UserActor, id: string, enabled: boolean) {
      await change(actor, id, async (tx, { disabledAt, disabledReason }) => {
        if ((disabledAt === null) === enabled) return;
        const next = enabled
          ? { disabledAt: null, disabledReason: null, failingSince: null }
          : { disabledAt: clock.now(), disabledReason: "person" as const };
        await store.updateEndpoint(tx, actor.tenantId, id, next);
        await audit(tx, actor, id, enabled ? "enabled" : "disabled", { disabledAt, disabledReason }, next);
      });
    },

    /** Nothing more is sent there, and its secrets are gone; what was delivered stays on record for its time. */
    async remove(actor: UserActor, id: string) {
      await change(actor, id, async (tx, { url }) => {
        await store.updateEndpoint(tx, actor.tenantId, id, {
          removedAt: clock.now(),
          secretCipher: new Uint8Array(),
          previousSecretCipher: null,
          previousSecretEndsAt: null,
        });
        await audit(tx, actor, id, "removed", { url }, null);
      });
    },

    async rotateSecret(actor: UserActor, id: string) {
      const cipher = await vault.cipher(actor.tenantId);
      const secret = newSecret();
      const now = clock.now();
      const oldEndsAt = new Date(now.getTime() + OVERLAP_HOURS * HOUR_MS);
      await change(actor, id, async (tx, { secretCipher }) => {
        await store.updateEndpoint(tx, actor.tenantId, id, {
          secretCipher: sealSecret(cipher, secret),
          secretMadeAt: now,
          previousSecretCipher: new Uint8Array(secretCipher),
          previousSecretEndsAt: oldEndsAt,
        });
        await audit(tx, actor, id, "secret_rotated", null, { oldEndsAt });
      });
      return { secret, oldEndsAt };
    },

    /** For a receiver that lost it; who looked is on record. */
    async revealSecret(actor: UserActor, id: string) {
      const cipher = await vault.cipher(actor.tenantId);
      return change(actor, id, async (tx, { secretCipher }) => {
        await audit(tx, actor, id, "secret_revealed", null, null);
        return { secret: openSecret(cipher, secretCipher) };
      });
    },

    /** Sends an event that means nothing to this endpoint alone, at once. */
    async sendTest(actor: UserActor, id: string) {
      const { tenantId, userId } = actor;
      const deliveryId = newUuid();
      await change(actor, id, async (tx, { disabledAt }) => {
        if (disabledAt !== null)
          throw invalidField("/id", "Enable the endpoint first; nothing is sent to it now.");
        const now = clock.now();
        const { name } = await tx.user.findUniqueOrThrow({ where: { id: userId }, select: { name: true } });
        const event = happened("webhook.test", { sentBy: name }, { id: newUuid(), at: now });
        await recordEvents(tx, tenantId, now, [event]);
        await deliveries.insertDelivery(tx, { tenantId, id: deliveryId, endpointId: id, event, now });
        await audit(tx, actor, id, "tested", null, { delivery: publicId("webhookDelivery", deliveryId) });
      });
      await deliverer.sendNow(tenantId, deliveryId);
      return { id: deliveryId };
    },

    /** Newest first, a page at a time. */
    async deliveries({ tenantId }: UserActor, { cursor, ...query }: ListDeliveries) {
      return database.withTenant(tenantId, async (tx) => {
        present(await store.findEndpoint(tx, tenantId, query.endpointId), "webhook endpoint");
        const rows = await deliveries.listDeliveries(tx, tenantId, { ...query, before: readCursor(cursor) });
        return pageOf(rows, query.limit, ({ createdAt, id }) => ({ at: createdAt, id }));
      });
    },

    /** With what is sent, and every attempt. */
    async delivery({ tenantId }: UserActor, id: string) {
      return database.withTenant(tenantId, async (tx) => {
        const delivery = present(await deliveries.findDelivery(tx, tenantId, id), "delivery");
        return { ...delivery, body: bodyOf(tenantId, delivery.event) };
      });
    },

    /** Sends one anew at once, whatever became of it, under the same `webhook-id`. */
    async replay(actor: UserActor, id: string) {
      const { tenantId } = actor;
      await database.withTenant(tenantId, async (tx) => {
        const { endpoint } = present(await deliveries.findDelivery(tx, tenantId, id), "delivery");
        if (endpoint.disabledAt !== null)
          throw invalidField("/id", "Enable the endpoint first; nothing is sent to it now.");
        await deliveries.reviveDelivery(tx, tenantId, id, clock.now());
        const delivery = publicId("webhookDelivery", id);
        await audit(tx, actor, endpoint.id, "delivery_replayed", null, { delivery });
      });
      await deliverer.sendNow(tenantId, id);
    },

    /** What it has not got of the events since a time, in numbers. */
    async replayable({ tenantId }: UserActor, id: string, since: Date) {
      return database.withTenant(tenantId, async (tx) => {
        const endpoint = present(await store.findEndpoint(tx, tenantId, id), "webhook endpoint");
        return deliveries.countReplayable(tx, tenantId, endpoint, since);
      });
    },

    /** Sends that, also what happened while it was disabled. */
    async replaySince(actor: UserActor, id: string, since: Date) {
      const { tenantId } = actor;
      return change(actor, id, async (tx, endpoint) => {
        if (endpoint.disabledAt !== null)
          throw invalidField("/id", "Enable the endpoint first; nothing is sent to it now.");
        const at = { since, now: clock.now(), limit: REPLAYED_MAX };
        const replayed = await deliveries.replay(tx, tenantId, endpoint, at);
        await audit(tx, actor, id, "replayed", null, { since, ...replayed });
        return replayed;
      });
    },
  };
}
