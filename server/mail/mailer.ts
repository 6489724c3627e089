import { publicId } from "#server/domain/ids.ts";
import { INSTALLATION } from "#server/domain/installation.ts";
import { nextMailAttemptAt } from "#server/domain/mail-schedule.ts";
import type { Clock } from "#server/platform/clock.ts";
import type { Database } from "#server/platform/database.ts";
import { eachTenant } from "#server/platform/each-tenant.ts";
import type { Logger } from "#server/platform/log.ts";
import * as store from "./mail-store.ts";
import { type Reading, renderStored } from "./render-stored.ts";
import { readSender } from "./senders.ts";
import type { Message, SendOutcome } from "./smtp.ts";

/** Longer than handing one over may take: from then on its worker must have died. */
const CLAIM_MS = 60_000;
/** After this a run begins nothing more; the next goes on. */
const RUN_MS = 20_000;
/** Side by side, and of one tenant in one run, so that none holds the others up. */
const LANES = 2;
const TENANT_AT_ONCE = 100;

interface Counts {
  sent: number;
  failed: number;
  expired: number;
}

/**
 * Sends what is due. A mail's row says whether it still is, so that no worker has to know of any other. A worker that dies
 * between handing a mail over and noting it has another send it again: a link that comes twice opens once all the same, one
 * that never comes leaves somebody outside. Both have one Message-ID, by which mailboxes drop the second.
 */
export function createMailer(deps: {
  database: Database;
  clock: Clock;
  log: Logger;
  payloads: Reading["payloads"];
  vault: Reading["vault"];
  portalUrl: string;
  /** Undefined without an SMTP server: mails then stay for the local outbox to show. */
  send: ((message: Message) => Promise<SendOutcome>) | undefined;
}) {
  const { database, clock, log, send } = deps;

  async function attempt(claim: store.Claim): Promise<SendOutcome> {
    if (send === undefined) throw new Error("Nothing is claimed where nothing can be sent.");
    const sender = await readSender(deps, claim.tenantId);
    // Outside the catch: while the database cannot give the key, the mail is not unreadable, and its claim runs out.
    if (claim.tenantId !== INSTALLATION) await deps.vault.cipher(claim.tenantId);
    const rendered = await renderStored(deps, claim, sender).catch((error: unknown) => {
      log.error({ err: error, mailId: claim.id, template: claim.template }, "mail cannot be read");
      return undefined;
    });
    if (rendered === undefined)
      return {
        result: "refused",
        error: "What it says can no longer be read; it was sealed or written otherwise.",
      };
    return send({
      id: publicId("mail", claim.id),
      fromName: sender.name,
      to: claim.recipient,
      replyTo: sender.supportEmail ?? undefined,
      ...rendered,
      headers: { "X-Correlation-ID": claim.correlationId, ...rendered.headers },
    });
  }

  async function record(claim: store.Claim, outcome: SendOutcome): Promise<void> {
    const now = clock.now();
    const error = outcome.result === "sent" ? null : outcome.error;
    const next =
      outcome.result === "failed" ? nextMailAttemptAt(claim.attempts, now, claim.expiresAt) : undefined;
    await database.withTenant(claim.tenantId, (tx) =>
      store.endAttempt(
        tx,
        claim,
        next === undefined || error === null
          ? { status: error === null ? "sent" : "failed", endedAt: now, error }
          : { status: "pending", nextAttemptAt: next, error },
      ),
    );
    const facts = { mailId: claim.id, template: claim.template, attempt: claim.attempts };
    if (error === null) log.info(facts, "mail sent");
    else log.warn({ ...facts, error, nextAttemptAt: next }, "mail not sent");
  }

  /** Undefined where nothing is due. */
  async function sendNext(tenantId: string): Promise<SendOutcome | undefined> {
    const now = clock.now();
    const until = new Date(now.getTime() + CLAIM_MS);
    const claim = await database.withTenant(tenantId, (tx) => store.claimMail(tx, tenantId, { now, until }));
    if (claim === undefined) return undefined;
    const outcome = await attempt(claim);
    await record(claim, outcome);
    return outcome;
  }

  /** False when the mail server is not there, so that trying others is of no use now. */
  async function drain(tenantId: string, counts: Counts, untilMs: number): Promise<boolean> {
    let left = TENANT_AT_ONCE;
    let isReachable = true;
    const lane = async () => {
      while (isReachable && left > 0 && clock.monotonicMs() < untilMs) {
        left--;
        const outcome = await sendNext(tenantId);
        if (outcome === undefined) return;
        if (outcome.result === "sent") counts.sent++;
        else counts.failed++;
        if (outcome.result === "failed" && outcome.unreachable) isReachable = false;
      }
    };
    const ended = await Promise.allSettled(Array.from({ length: LANES }, lane));
    for (const each of ended) if (each.status === "rejected") throw each.reason;
    return isReachable;
  }

  return {
    /** Over all tenants, those who wait to come in first. Run twice, it sends nothing twice that was taken. */
    async deliverDue(): Promise<Counts> {
      const counts: Counts = { sent: 0, failed: 0, expired: 0 };
      const untilMs = clock.monotonicMs() + RUN_MS;
      let goesOn = send !== undefined;
      const serve = async (tenantId: string) => {
        const now = clock.now();
        const isDue = await database.withTenant(tenantId, async (tx) => {
          counts.expired += await store.expireMails(tx, tenantId, now);
          return goesOn && (await store.isAnyDue(tx, tenantId, now));
        });
        if (isDue) goesOn = await drain(tenantId, counts, untilMs);
      };
      await serve(INSTALLATION);
      await eachTenant(database, serve);
      return counts;
    },
  };
}
