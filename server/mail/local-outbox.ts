import { createHmac, timingSafeEqual } from "node:crypto";
import { publicId } from "#server/domain/ids.ts";
import { INSTALLATION } from "#server/domain/installation.ts";
import type { Clock } from "#server/platform/clock.ts";
import type { Database } from "#server/platform/database.ts";
import { eachTenant } from "#server/platform/each-tenant.ts";
import { listPending } from "./mail-store.ts";
import { type Reading, renderStored } from "./render-stored.ts";
import { readSender } from "./senders.ts";

const SHOWN_MAX = 50;

/** What is shown of one that cannot be read, so that it hides no other. */
const UNREADABLE = {
  subject: "A mail that can no longer be read",
  html: "<p>What it says was sealed or written otherwise, by an earlier version or under another key.</p>",
  text: "What it says was sealed or written otherwise, by an earlier version or under another key.",
};

/** A mail that would have been sent, as it would have been read. */
export interface LocalMail {
  readonly id: string;
  readonly to: string;
  readonly from: string;
  readonly createdAt: Date;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

/** What opens the local outbox: made of a secret that only whoever runs this installation has, and printed for them alone. */
export function localOutboxKey(secret: string): string {
  return createHmac("sha256", secret).update("signet/local-outbox").digest("base64url");
}

/**
 * Where mails can be read while there is no mail server. They open accounts, of whichever vendor: so nobody's role opens
 * this, but the operator's key.
 */
export function createLocalOutbox(deps: {
  database: Database;
  clock: Clock;
  payloads: Reading["payloads"];
  vault: Reading["vault"];
  portalUrl: string;
  secret: string;
  hasMailServer: boolean;
}) {
  const { database, clock, secret, hasMailServer } = deps;
  const key = Buffer.from(localOutboxKey(secret));
  return {
    /** False where mails are sent: then there is nothing to be read here. */
    isOn: !hasMailServer,

    opensWith(given: string | undefined): boolean {
      const bytes = Buffer.from(given ?? "");
      return !hasMailServer && bytes.length === key.length && timingSafeEqual(bytes, key);
    },

    /** Those that still serve somebody, of all tenants, newest first. */
    async list(): Promise<LocalMail[]> {
      const mails: LocalMail[] = [];
      const read = async (tenantId: string) => {
        const pending = await database.withTenant(tenantId, (tx) =>
          listPending(tx, tenantId, clock.now(), SHOWN_MAX),
        );
        if (pending.length === 0) return;
        const sender = await readSender(deps, tenantId);
        for (const { id, recipient: to, createdAt, template, payloadCipher } of pending) {
          if (payloadCipher === null) continue;
          const rendered = await renderStored(deps, { tenantId, id, template, payloadCipher }, sender).catch(
            () => UNREADABLE,
          );
          mails.push({ id: publicId("mail", id), to, from: sender.name, createdAt, ...rendered });
        }
      };
      await read(INSTALLATION);
      await eachTenant(database, read);
      return mails
        .toSorted((one, other) => other.createdAt.getTime() - one.createdAt.getTime())
        .slice(0, SHOWN_MAX);
    },
  };
}
