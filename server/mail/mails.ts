import type { Prisma } from "#prisma/generated/client.ts";
import type { Clock } from "#server/platform/clock.ts";
import { newCorrelationId, newUuid } from "#server/platform/ids.ts";
import { currentCorrelationId } from "#server/platform/log.ts";
import { type MailPayload, TEMPLATES, type TemplateName } from "./catalogue.ts";
import { insertMail } from "./mail-store.ts";
import type { Payloads } from "./sealed-payload.ts";

const MINUTE_MS = 60_000;

export interface NewMail<Name extends TemplateName> {
  /** Whose transaction it is; `INSTALLATION` for what belongs to no vendor's account. */
  readonly tenantId: string;
  readonly template: Name;
  readonly payload: MailPayload<Name>;
  readonly to: string;
  /** What it is about, to whom: of two mails with one key, only the first is written. */
  readonly dedupeKey: string;
}

export interface Mails {
  /**
   * Writes a mail in the transaction of what it tells of (`withTenant` of the same tenant): if that is rolled back it never
   * was, if it commits it is sent. False when there is one about the same already.
   */
  enqueue<Name extends TemplateName>(tx: Prisma.TransactionClient, mail: NewMail<Name>): Promise<boolean>;
}

export function createMails({ clock, payloads }: { clock: Clock; payloads: Payloads }): Mails {
  return {
    async enqueue(tx, { tenantId, template, payload, to, dedupeKey }) {
      const { payload: schema, goodForMinutes } = TEMPLATES[template];
      const id = newUuid();
      const now = clock.now();
      return insertMail(tx, {
        tenantId,
        id,
        template,
        recipient: to,
        dedupeKey,
        payloadCipher: await payloads.seal(tx, { tenantId, id }, schema.parse(payload)),
        createdAt: now,
        nextAttemptAt: now,
        expiresAt: new Date(now.getTime() + goodForMinutes * MINUTE_MS),
        correlationId: currentCorrelationId() ?? newCorrelationId(),
      });
    },
  };
}
