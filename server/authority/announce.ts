import { z } from "zod";
import { type EventData, happened } from "../domain/event-catalogue.ts";
import type { LicensePayload } from "../domain/event-payloads.ts";
import { publicId } from "../domain/ids.ts";
import { licenseSnapshots } from "../events/license-snapshot.ts";
import { type Recorded, recordEvents } from "../events/outbox.ts";
import { newUuid } from "../platform/ids.ts";
import type { Tx } from "./ports.ts";

/** A change as it is audited. */
interface Change {
  readonly action: string;
  readonly subjectId: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** What an audited change of a license is told as, and how its payload is made. */
const OF_LICENSES: Readonly<
  Record<string, (license: LicensePayload, entry: Change, about: About) => Recorded>
> = {
  "license.issued": (license, _, about) => happened("license.created", { license }, about),
  "license.overridden": (license, _, about) =>
    happened("license.updated", { license, changed: "terms" }, about),
  "license.noted": (license, _, about) => happened("license.updated", { license, changed: "note" }, about),
  "license.moved": (license, _, about) =>
    happened("license.updated", { license, changed: "policy_version" }, about),
  "license.suspended": (license, entry, about) =>
    happened("license.suspended", { license, reason: reasonOf(entry) }, about),
  "license.reinstated": (license, entry, about) =>
    happened("license.reinstated", { license, reason: reasonOf(entry) }, about),
  "license.renewed": (license, _, about) => happened("license.renewed", { license }, about),
  "license.transferred": (license, entry, about) =>
    happened("license.transferred", { license, ...transferOf(entry) }, about),
  "license.revoked": (license, entry, about) =>
    happened("license.revoked", { license, reason: reasonOf(entry) }, about),
};

type About = Parameters<typeof happened>[2];

/** Tells, through the outbox, of the changes that are being audited, in their own transaction. */
export async function announceChanges(
  tx: Tx,
  tenantId: string,
  at: Date,
  entries: readonly Change[],
): Promise<void> {
  const told = entries.filter(({ action }) => action in OF_LICENSES);
  const licenses = await licenseSnapshots(
    tx,
    tenantId,
    told.map(({ subjectId }) => subjectId),
    at,
  );
  const events: Recorded[] = [];
  for (const entry of entries) {
    const about = { id: newUuid(), at };
    const license = licenses.get(entry.subjectId);
    const ofLicense = OF_LICENSES[entry.action];
    if (ofLicense !== undefined && license !== undefined) events.push(ofLicense(license, entry, about));
    else events.push(...(await ofOthers(tx, tenantId, entry, about)));
  }
  await recordEvents(tx, tenantId, at, events);
}

async function ofOthers(tx: Tx, tenantId: string, entry: Change, about: About): Promise<Recorded[]> {
  const { action, subjectId: id } = entry;
  const where = { tenantId_id: { tenantId, id } };
  if (action === "customer.created") {
    const { name } = named.parse(entry.after);
    return [happened("customer.created", { customer: { id: publicId("customer", id), name } }, about)];
  }
  if (action === "policy.published") {
    const newest = { orderBy: { number: "desc" }, take: 1, select: { number: true } } as const;
    const { code, name, versions } = await tx.policy.findUniqueOrThrow({
      where,
      include: { versions: newest },
    });
    const policy = { id: publicId("policy", id), code, name, version: versions[0]?.number ?? 0 };
    return [happened("policy.published", { policy }, about)];
  }
  if (action === "trust.root_rotated") return [happened("key.rotated", newRoot(entry), about)];
  if (action === "trust.root_compromised") return [happened("key.compromised", newRoot(entry), about)];
  return [];
}

const named = z.object({ name: z.string() });

const withReason = z.object({ reason: z.string() });

function reasonOf({ after }: Change): string {
  return withReason.safeParse(after).data?.reason ?? "";
}

const transfer = z.object({
  before: z.object({ customer: z.object({ id: z.string(), name: z.string() }) }),
  after: z.object({ devicesDeactivated: z.int(), reason: z.string() }),
});

function transferOf(entry: Change) {
  const { before, after } = transfer.parse(entry);
  return { previousCustomer: before.customer, ...after };
}

const rootChange = z.object({ x: z.string(), seq: z.int() });

function newRoot({ after }: Change): EventData<"key.rotated"> {
  const { x, seq } = rootChange.parse(after);
  return { use: "root", x, trustSeq: seq };
}
