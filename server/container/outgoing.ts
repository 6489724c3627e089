import { createMailPreferences } from "../auth/mail-preferences.ts";
import { createEventRelay } from "../events/relay.ts";
import { createLocalOutbox } from "../mail/local-outbox.ts";
import { createMailer } from "../mail/mailer.ts";
import { createMails } from "../mail/mails.ts";
import { createNotices } from "../mail/notices.ts";
import { createMailPreviews } from "../mail/previews.ts";
import { createPayloads } from "../mail/sealed-payload.ts";
import { createSmtpSender } from "../mail/smtp.ts";
import { createStaffDigest } from "../mail/staff-digest.ts";
import { createPublicRequest, refuseUrl } from "../platform/public-fetch.ts";
import { createDeliverer } from "../webhooks/deliveries.ts";
import { createSender } from "../webhooks/sender.ts";
import { createWebhooks } from "../webhooks/service.ts";
import type { Foundation } from "./foundation.ts";

export type Outgoing = ReturnType<typeof createOutgoing>;

/** What others are told of what happened: by mail, and by webhook. */
export function createOutgoing({ env, clock, log, database, keyWrapper, vault }: Foundation) {
  const payloads = createPayloads({ vault, keyWrapper });
  const mails = createMails({ clock, payloads });
  const mailPreferences = createMailPreferences({ database, clock });
  const notices = createNotices({ mails, wanting: mailPreferences.wanting });
  const staffDigest = createStaffDigest({ database, clock, mails, readersOf: mailPreferences.digestReaders });
  const smtp =
    env.SMTP_URL === undefined || env.MAIL_FROM === undefined
      ? undefined
      : createSmtpSender({ url: env.SMTP_URL, from: env.MAIL_FROM });
  const sealed = { database, clock, log, payloads, vault, portalUrl: env.NEXTAUTH_URL };
  const mailer = createMailer({ ...sealed, send: smtp?.send });
  const mailPreviews = createMailPreviews({ database, portalUrl: env.NEXTAUTH_URL });
  const outbox = { secret: env.NEXTAUTH_SECRET, hasMailServer: smtp !== undefined };
  const localOutbox = createLocalOutbox({ ...sealed, ...outbox });

  const events = createEventRelay({ database, clock, notices });
  const reach = env.WEBHOOK_PRIVATE_NETWORK ? { isAllowed: () => true, plainHttp: true } : {};
  const send = createSender({ ask: createPublicRequest(reach), clock });
  const deliveries = createDeliverer({ database, clock, vault, send });
  const checkUrl = (url: string) => refuseUrl(url, reach);
  const webhooks = createWebhooks({ database, clock, vault, deliverer: deliveries, checkUrl });

  return {
    mails,
    mailPreferences,
    notices,
    staffDigest,
    smtp,
    mailer,
    mailPreviews,
    localOutbox,
    events,
    deliveries,
    webhooks,
  };
}
