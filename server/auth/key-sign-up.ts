import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { recordAudit } from "../authority/audit.ts";
import { licenseKeyHash, mustBeLicenseKey } from "../authority/license-keys.ts";
import type { Tx, Vault } from "../authority/ports.ts";
import { SignetError } from "../domain/errors.ts";
import { publicId } from "../domain/ids.ts";
import { customerPlace, teamPlace } from "../domain/places.ts";
import type { Mails } from "../mail/mails.ts";
import { KEY_SIGN_UP_MINUTES } from "../mail/templates/customer-sign-up.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { newUuid } from "../platform/ids.ts";
import type { Logger } from "../platform/log.ts";
import { facing, type Vendor } from "./actor.ts";
import { newToken } from "./invitation-link.ts";
import type { AskLimiter } from "./limiter.ts";
import type { MailLinks } from "./mail-links.ts";
import { rolesWith } from "./permissions.ts";
import { normalEmail } from "./sign-in.ts";

/** How long whoever proved an address has for setting the password. */
const INVITATION_HOURS = 24;
const HOUR_MS = 3_600_000;
/** Longer than a right key takes, so that a wrong one is told by nothing. */
const ANSWER_AFTER_MS = 600;

const said = z.object({ tenantId: z.uuid(), licenseId: z.uuid() });

export type KeySignUp = ReturnType<typeof createKeySignUp>;

/** What a proved key and address come to. */
export type Admission = { readonly invitation: string } | { readonly waitsFor: "manager" | "vendor" };

/**
 * How a person who holds a license key becomes one of its customer's people. The key alone proves little, since keys are passed
 * on: the address is proved by a mailed link, and only for a customer that has nobody does that make a manager, and where the
 * vendor knows the customer's address, only at that address. A license that was transferred makes nobody a manager, since its
 * former holders know the key. Everybody else asks to be let in.
 */
export function createKeySignUp(deps: {
  database: Database;
  clock: Clock;
  log: Logger;
  vault: Vault;
  mails: Mails;
  links: MailLinks;
  askLimiter: AskLimiter;
  answerAfterMs?: number;
}) {
  const { database, clock, log, vault, mails, links, askLimiter, answerAfterMs = ANSWER_AFTER_MS } = deps;

  /** The license of a key, where it can still let somebody in. */
  async function licenseOf(vendor: string, key: string) {
    const tenant = await database.prisma.tenant.findUnique({ where: { slug: vendor } });
    if (tenant === null || tenant.suspendedAt !== null) return undefined;
    const keyHash = await licenseKeyHash(vault, tenant.id, key);
    if (keyHash === undefined) return undefined;
    const license = await database.withTenant(tenant.id, (tx) =>
      tx.license.findUnique({
        where: { tenantId_keyHash: { tenantId: tenant.id, keyHash } },
        include: { customer: true, product: { select: { name: true } } },
      }),
    );
    if (license === null || license.revokedAt !== null || license.customer.archivedAt !== null)
      return undefined;
    return license;
  }

  async function sendLink(vendor: string, key: string, email: string): Promise<void> {
    const license = await licenseOf(vendor, key);
    if (license === undefined) return;
    const { tenantId, customerId, id: licenseId, product } = license;
    await database.withTenant(tenantId, async (tx) => {
      const known = await tx.customerMember.findFirst({ where: { tenantId, customerId, user: { email } } });
      const about = { tenantId, to: email };
      if (known !== null) {
        await mails.enqueue(tx, {
          ...about,
          dedupeKey: `key-sign-up/${newUuid()}`,
          template: "customer-sign-up-known",
          payload: { product: product.name },
        });
        return;
      }
      const { id, token } = await links.issue(tx, {
        kind: "customer_sign_up",
        email,
        minutes: KEY_SIGN_UP_MINUTES,
        said: { tenantId, licenseId },
      });
      await mails.enqueue(tx, {
        ...about,
        dedupeKey: `key-sign-up/${id}`,
        template: "customer-sign-up",
        payload: { product: product.name, token },
      });
    });
  }

  /** What the link's key opens as of now. Throws `not_found` where the license or its customer lets nobody in any more. */
  async function opened(tx: Tx, tenantId: string, licenseId: string) {
    const license = await tx.license.findUnique({
      where: { tenantId_id: { tenantId, id: licenseId } },
      include: { customer: true, product: { select: { name: true } } },
    });
    if (license === null || license.revokedAt !== null || license.customer.archivedAt !== null)
      throw new SignetError("not_found", "This license lets nobody in any more; ask whoever sold it to you.");
    return license;
  }

  return {
    /** Whose page a sign-up begins on, as its customers see it; undefined where nobody can sign up. */
    async vendor(slug: string): Promise<Vendor | undefined> {
      const tenant = await database.prisma.tenant.findUnique({ where: { slug } });
      return tenant === null || tenant.suspendedAt !== null ? undefined : facing(tenant);
    },

    /**
     * Sends a link to the address if the key is one of the vendor's. Says neither whether it is nor whether the address is known:
     * the answer and its time are the same. Throws `rate_limited`, and `invalid_request` for what is no whole key of anybody.
     */
    async request(asked: {
      readonly vendor: string;
      readonly licenseKey: string;
      readonly email: string;
      readonly ip: string;
    }): Promise<void> {
      mustBeLicenseKey(asked.licenseKey, "/licenseKey");
      const email = normalEmail(asked.email);
      await askLimiter.asked(email, asked.ip);
      await Promise.all([sendLink(asked.vendor, asked.licenseKey, email), sleep(answerAfterMs)]);
      log.info("customer's sign-up by license key asked for");
    },

    /** What the link is about. Throws `not_found`, with a sentence saying why, when it cannot be used. */
    async look(token: string) {
      const link = await links.look("customer_sign_up", token);
      const { tenantId, licenseId } = said.parse(link.said);
      return database.withTenant(tenantId, async (tx) => {
        const { customer, product } = await opened(tx, tenantId, licenseId);
        const vendor = await tx.tenant.findUniqueOrThrow({ where: { id: tenantId } });
        // A former holder is not told who has it now.
        const customerName = (await wasTransferred(tx, tenantId, licenseId)) ? null : customer.name;
        return { email: link.email, vendor: facing(vendor), customerName, product: product.name };
      });
    },

    /**
     * Uses the link up: an invitation for the first of a customer's people, or a request that somebody who may decides on. Throws
     * as `look` does.
     */
    async confirm(token: string): Promise<Admission> {
      const { tenantId, licenseId } = said.parse((await links.look("customer_sign_up", token)).said);
      return database.withTenant(tenantId, async (tx) => {
        const { email } = await links.take(tx, "customer_sign_up", token);
        const { customer, customerId } = await opened(tx, tenantId, licenseId);
        const people = await tx.customerMember.count({ where: { tenantId, customerId } });
        const isTheirs = customer.email === null || customer.email.toLowerCase() === email;
        if (people === 0 && isTheirs && !(await wasTransferred(tx, tenantId, licenseId))) {
          const invitation = newToken(tenantId);
          const now = clock.now();
          const id = newUuid();
          await tx.invitation.create({
            data: {
              tenantId,
              id,
              email,
              customerId,
              customerRole: "manager",
              tokenHash: invitation.tokenHash,
              invitedBy: null,
              createdAt: now,
              expiresAt: new Date(now.getTime() + INVITATION_HOURS * HOUR_MS),
            },
          });
          await recordAudit(tx, { kind: "system", tenantId }, clock, {
            action: "customer.member_invited",
            subjectKind: "customer",
            subjectId: customerId,
            before: null,
            after: { email, role: "manager", by: "license key" },
          });
          return { invitation: invitation.token };
        }
        return {
          waitsFor: await askToBeLetIn(tx, { tenantId, customerId, licenseId, email }, customer.name),
        };
      });
    },
  };

  async function wasTransferred(tx: Tx, tenantId: string, licenseId: string): Promise<boolean> {
    const where = { tenantId, subjectKind: "license", subjectId: licenseId, action: "license.transferred" };
    return (await tx.auditEvent.findFirst({ where, select: { seq: true } })) !== null;
  }

  /**
   * Tells whoever may decide, the vendor's staff where the customer has no manager, and says which. A second request of an address
   * that still waits is the first.
   */
  async function askToBeLetIn(
    tx: Tx,
    asker: { tenantId: string; customerId: string; licenseId: string; email: string },
    customerName: string,
  ): Promise<"manager" | "vendor"> {
    const { tenantId, customerId, email } = asker;
    const user = { select: { email: true } };
    const managers = await tx.customerMember.findMany({
      where: { tenantId, customerId, role: "manager" },
      include: { user },
    });
    const waitsFor = managers.length === 0 ? "vendor" : "manager";
    const waiting = await tx.joinRequest.findFirst({
      where: { tenantId, customerId, email, decidedAt: null },
    });
    if (waiting !== null) return waitsFor;
    const id = newUuid();
    await tx.joinRequest.create({ data: { ...asker, id, createdAt: clock.now() } });
    for (const { userId, user } of managers) {
      await mails.enqueue(tx, {
        tenantId,
        to: user.email,
        dedupeKey: `join-request/${id}/${userId}`,
        template: "join-request",
        payload: { email, place: customerPlace(customerId) },
      });
    }
    const staff = { tenantId, role: { in: rolesWith("customer:write") } };
    const deciders =
      waitsFor === "manager" ? [] : await tx.membership.findMany({ where: staff, include: { user } });
    for (const { userId, user } of deciders) {
      await mails.enqueue(tx, {
        tenantId,
        to: user.email,
        dedupeKey: `join-request/${id}/${userId}`,
        template: "join-request-staff",
        payload: {
          email,
          customer: customerName,
          place: teamPlace(tenantId),
          id: publicId("customer", customerId),
        },
      });
    }
    await recordAudit(tx, { kind: "system", tenantId }, clock, {
      action: "customer.join_requested",
      subjectKind: "customer",
      subjectId: customerId,
      before: null,
      after: { email },
    });
    return waitsFor;
  }
}
