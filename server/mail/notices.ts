import type { Prisma } from "#prisma/generated/client.ts";
import { EVENTS, type HappenedEvent } from "#server/domain/event-catalogue.ts";
import type { LicensePayload } from "#server/domain/event-payloads.ts";
import { publicId, storedId } from "#server/domain/ids.ts";
import type { CustomerMailKind } from "#server/domain/mail-kinds.ts";
import type { MailPayload } from "./catalogue.ts";
import { keepForDigest } from "./digest-store.ts";
import type { Mails } from "./mails.ts";
import { labProducts, managersOf, meterNames, productNames } from "./notice-store.ts";

type Tx = Prisma.TransactionClient;

/** What people are told by mail of what happened, and what makes two of them one. */
type Notice = { readonly license: LicensePayload; readonly cause: string } & (
  | { readonly kind: "license_expiring"; readonly daysLeft: number }
  | { readonly kind: "seats_short" }
  | { readonly kind: "credits_short"; readonly meter: string; readonly balance: number }
);

/**
 * Mails that follow from events, to the managers of the customer whose license it is, unless they said they want none; the
 * vendor's staff is told of the same events by a digest. The scenario lab's licenses run short on purpose, and nobody is told.
 */
export function createNotices({
  mails,
  wanting,
}: {
  mails: Mails;
  wanting: (
    tenantId: string,
    kind: CustomerMailKind,
    userIds: readonly string[],
  ) => Promise<ReadonlySet<string>>;
}) {
  return {
    /** In the transaction that tells of the events. Told of one again, it sends nothing again. */
    async tell(tx: Tx, tenantId: string, events: readonly HappenedEvent[]): Promise<void> {
      const noted = events.flatMap((event) => noticeOf(event).map((notice) => ({ event, notice })));
      if (noted.length === 0) return;
      const lab = await labProducts(tx, tenantId);
      const told = noted.filter(({ notice }) => !lab.has(notice.license.product.code));
      if (told.length === 0) return;
      await keepForDigest(
        tx,
        tenantId,
        told.map(({ event }) => event),
      );
      const notices = told.map(({ notice }) => notice);
      const people = await managersOf(tx, tenantId, [...new Set(notices.map(customerOf))]);
      const products = await productNames(tx, tenantId);
      const meters = await meterNames(tx, tenantId);
      const wanted = new Map<CustomerMailKind, ReadonlySet<string>>();
      for (const kind of new Set(notices.map((notice) => notice.kind))) {
        wanted.set(
          kind,
          await wanting(
            tenantId,
            kind,
            people.map(({ userId }) => userId),
          ),
        );
      }
      for (const notice of notices) {
        const { license, kind, cause } = notice;
        for (const { userId, email } of people.filter(
          ({ customerId }) => customerId === customerOf(notice),
        )) {
          if (wanted.get(kind)?.has(userId) !== true) continue;
          const of = {
            userId: publicId("user", userId),
            place: license.customer.id,
            licenseId: license.id,
            customer: license.customer.name,
            product: products.get(license.product.code) ?? license.product.code,
            key: license.keyHint,
          };
          const about = { tenantId, to: email, dedupeKey: `${cause}/${userId}` };
          if (notice.kind === "license_expiring")
            await mails.enqueue(tx, {
              ...about,
              template: "license-expiring",
              payload: expiring(of, license, notice.daysLeft),
            });
          else if (notice.kind === "seats_short")
            await mails.enqueue(tx, {
              ...about,
              template: "seats-short",
              payload: { ...of, seats: license.seats },
            });
          else {
            const meter = meters.get(`${license.product.code}/${notice.meter}`) ?? notice.meter;
            const payload = { ...of, meter, balance: Math.max(0, Math.floor(notice.balance)) };
            await mails.enqueue(tx, { ...about, template: "credits-short", payload });
          }
        }
      }
    },
  };
}

function noticeOf({ id, type, at, data }: HappenedEvent): Notice[] {
  const day = at.toISOString().slice(0, 10);
  if (type === "license.expiring") {
    const { license, daysLeft } = EVENTS[type].data.parse(data);
    return [{ kind: "license_expiring", license, daysLeft, cause: `license-expiring/${id}` }];
  }
  if (type === "pool.exhausted") {
    const { license } = EVENTS[type].data.parse(data);
    return [{ kind: "seats_short", license, cause: `seats-short/${license.id}/${day}` }];
  }
  if (type === "credits.low") {
    const { license, meter, balance } = EVENTS[type].data.parse(data);
    return [{ kind: "credits_short", license, meter, balance, cause: `credits-low/${id}` }];
  }
  if (type === "credits.exhausted") {
    const { license, meter } = EVENTS[type].data.parse(data);
    const cause = `credits-exhausted/${license.id}/${meter}/${day}`;
    return [{ kind: "credits_short", license, meter, balance: 0, cause }];
  }
  return [];
}

function customerOf({ license }: Notice): string {
  const id = storedId("customer", license.customer.id);
  if (id === undefined) throw new Error(`${license.customer.id} is no customer's id.`);
  return id;
}

function expiring(
  of: Omit<MailPayload<"license-expiring">, "daysLeft" | "expiresAt">,
  { expiresAt }: LicensePayload,
  daysLeft: number,
): MailPayload<"license-expiring"> {
  return { ...of, daysLeft, expiresAt: dayWords(expiresAt) };
}

/** "1 December 2026". */
export function dayWords(time: string | null): string {
  const date = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" });
  return time === null ? "" : date.format(new Date(time));
}
