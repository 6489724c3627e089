import type { Decision } from "../domain/decision.ts";
import { SignetError } from "../domain/errors.ts";
import { publicId } from "../domain/ids.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { newCorrelationId } from "../platform/ids.ts";
import { currentCorrelationId } from "../platform/log.ts";
import { type AuditEntry, recordAudit } from "./audit.ts";
import { openLicenseKey } from "./license-keys.ts";
import * as store from "./offline-desk-store.ts";
import type { KeptResponse, ListExchanges, TakeFile } from "./offline-input.ts";
import { type Bearer, createLook, type Seen } from "./offline-look.ts";
import { pageOf, readCursor } from "./page.ts";
import type { Vault } from "./ports.ts";
import type { OfflineFiles } from "./ports-offline.ts";

export type OfflineDesk = ReturnType<typeof createOfflineDesk>;

type SeenAs<Kind extends Seen["kind"]> = Extract<Seen, { kind: Kind }>;

/** What was done about a file. `replayed`: it was done before, and this is the first answer again. */
export type Taken = { readonly license: store.DeskLicense; readonly replayed: boolean } & (
  | {
      readonly kind: "response";
      readonly by: "file" | "code";
      readonly text: string;
      readonly device: string;
      readonly expiresAt: Date;
      readonly tickets: readonly {
        readonly meterName: string;
        readonly unit: string;
        readonly amount: number;
        /** Null: issued. */
        readonly refusedBy: string | null;
      }[];
    }
  | { readonly kind: "deactivated"; readonly device: string }
  | {
      readonly kind: "recorded";
      readonly device: string;
      readonly last: number;
      /** What was used, what of it was charged, and what of that late. */
      readonly meters: readonly {
        readonly meter: string;
        readonly journaled: number;
        readonly charged: number;
      }[];
      readonly receipt: string;
    }
);

/**
 * Where people bring the files of machines without a network. The runtime plane decides about each, once; here it is seen whose
 * it is before, and written down who brought it after.
 */
export function createOfflineDesk(deps: {
  database: Database;
  clock: Clock;
  vault: Vault;
  files: OfflineFiles;
}) {
  const { database, clock, vault, files } = deps;
  const { look } = createLook(deps);

  function record(bearer: Bearer, entry: Omit<AuditEntry, "subjectKind">): Promise<void> {
    return database.withTenant(bearer.tenantId, (tx) =>
      recordAudit(tx, authorOf(bearer), clock, { ...entry, subjectKind: "license" }),
    );
  }

  async function answerRequest(
    bearer: Bearer,
    seen: SeenAs<"request" | "code">,
    { text, name }: TakeFile,
    correlationId: string,
  ): Promise<Taken> {
    const { tenantId } = bearer;
    const { license } = seen;
    const codeUpload = async () => ({
      code: text,
      licenseKey: await openLicenseKey(vault, tenantId, license.keyCipher),
      product: license.product.code,
      ...(name ? { name } : {}),
      correlationId,
    });
    const answer =
      seen.kind === "request"
        ? granted((await files.activate(tenantId, { text, correlationId })).decision)
        : granted((await files.activateByCode(tenantId, await codeUpload())).decision);
    const device = seen.device.name || name || "";
    // After, and only where it took effect: whoever brings it again finds it done. The decision itself is recorded with it.
    if (!answer.replayed)
      await record(bearer, {
        action: "license.offline_activated",
        subjectId: license.id,
        before: null,
        after: {
          activationId: publicId("activation", answer.activationId),
          device,
          by: seen.kind === "code" ? "code" : "file",
        },
      });
    const { replayed, expiresAt } = answer;
    const shared = { kind: "response", license, replayed, device, expiresAt } as const;
    if ("code" in answer) return { ...shared, by: "code", text: answer.code, tickets: [] };
    const tickets = seen.tickets.map((wanted, index) => {
      const became = answer.tickets[index];
      return { ...wanted, refusedBy: became?.outcome === "denied" ? became.code : null };
    });
    return { ...shared, by: "file", text: answer.response, tickets };
  }

  async function deactivate(
    bearer: Bearer,
    { license, activationId, device }: SeenAs<"deactivation">,
    { text }: TakeFile,
    correlationId: string,
  ): Promise<Taken> {
    const { tenantId } = bearer;
    const doneBefore = new Error("This device was given up before.");
    const free = () => files.deactivate(tenantId, { text, correlationId });
    const freed = database.withTenant(tenantId, async (tx) => {
      await recordAudit(tx, authorOf(bearer), clock, {
        action: "license.offline_deactivated",
        subjectKind: "license",
        subjectId: license.id,
        before: { activationId: publicId("activation", activationId), device },
        after: null,
      });
      // Looked at under the audit log's lock, so that of two who come at once the second finds what the first did.
      const now = await store.findDevice(tx, bearer, activationId);
      if (now === null || now.deactivatedAt !== null) throw doneBefore;
      // Last, and in a transaction of the runtime plane's own: if it refuses, the entry above goes with ours.
      await free();
      return { replayed: false };
    });
    const { replayed } = await freed.catch(async (error: unknown) => {
      if (error !== doneBefore) throw error;
      await free();
      return { replayed: true };
    });
    return { kind: "deactivated", license, device, replayed };
  }

  async function recordJournal(
    bearer: Bearer,
    { license, device, first }: SeenAs<"journal">,
    { text }: TakeFile,
    correlationId: string,
  ): Promise<Taken> {
    const answer = await files.recordJournal(bearer.tenantId, { text, correlationId });
    const { activationId, last, tickets, replayed, receipt } = answer;
    if (!replayed)
      await record(bearer, {
        action: "license.journal_recorded",
        subjectId: license.id,
        before: null,
        after: { activationId: publicId("activation", activationId), device, first, last },
      });
    const meters = tickets.map(({ meter, journaled, charged }) => ({ meter, journaled, charged }));
    return { kind: "recorded", license, device, last, meters, receipt, replayed };
  }

  return {
    look,

    /**
     * Does what a file asks for, once, however often and by however many it is brought. Throws what `look` throws, and whatever
     * the runtime plane refuses with.
     */
    async take(bearer: Bearer, request: TakeFile): Promise<Taken> {
      const seen = await look(bearer, request);
      const correlationId = currentCorrelationId() ?? newCorrelationId();
      switch (seen.kind) {
        case "request":
        case "code":
          return answerRequest(bearer, seen, request, correlationId);
        case "deactivation":
          return deactivate(bearer, seen, request, correlationId);
        case "journal":
          return recordJournal(bearer, seen, request, correlationId);
        case "codeWithoutLicense":
          throw new SignetError("offline_request_invalid", "Choose the license that this code is for.");
        case "response":
        case "snapshot":
          throw new SignetError(
            "offline_request_invalid",
            `This ${seen.kind} is for the machine: import it there.`,
          );
      }
    },

    /** The requests that were answered by file or code, newest first. */
    async exchanges(bearer: Bearer, { licenseId, cursor, limit }: ListExchanges) {
      const before = readCursor(cursor);
      const rows = await database.withTenant(bearer.tenantId, (tx) =>
        store.listExchanges(tx, bearer, { licenseId, before, limit }),
      );
      return pageOf(rows, limit, ({ activatedAt, activationId }) => ({ at: activatedAt, id: activationId }));
    },

    /** A response once more, for a file that was lost on its way. Who took it is in the audit log before they have it. */
    async response(bearer: Bearer, { device: thumbprint, nonce }: KeptResponse) {
      const { tenantId } = bearer;
      const found = await database.withTenant(tenantId, async (tx) => {
        const exchange = await store.findExchangeOwner(tx, tenantId, thumbprint, nonce);
        const license = exchange && (await store.findLicense(tx, bearer, exchange.licenseId));
        return license ? exchange : null;
      });
      if (found === null) throw new SignetError("not_found", "There is no such request.");
      const kept = await files.kept(tenantId, { thumbprint, nonce });
      await record(bearer, {
        action: "license.offline_response_read",
        subjectId: found.licenseId,
        before: null,
        after: { activationId: publicId("activation", found.activationId) },
      });
      return kept;
    },

    /** The trust bundle in force as a file: nothing of it is secret. */
    snapshot: ({ tenantId }: Pick<Bearer, "tenantId">) => files.snapshot(tenantId),
  };
}

function authorOf({ tenantId, userId }: Bearer) {
  return { kind: "user", tenantId, userId } as const;
}

function granted<Value>(decision: Decision<Value>): Value {
  if (decision.outcome === "denied") throw new SignetError(decision.code);
  return decision.value;
}
