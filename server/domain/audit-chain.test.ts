import { describe, expect, test } from "vitest";
import {
  type AuditRecord,
  auditHash,
  CHAIN_START,
  type ChainedAuditRecord,
  verifyAuditChain,
} from "./audit-chain.ts";

function record(seq: number): AuditRecord {
  return {
    tenantId: "01900000-0000-7000-8000-000000000001",
    seq,
    at: new Date(Date.UTC(2030, 0, seq)),
    actorUserId: "01900000-0000-7000-8000-000000000002",
    action: "license.suspended",
    subjectKind: "license",
    subjectId: "01900000-0000-7000-8000-000000000003",
    before: { suspendedAt: null },
    after: { suspendedAt: "2030-01-01T00:00:00.000Z", rules: { b: 1, a: [1, null] } },
    correlationId: "cor_1",
  };
}

function chainOf(length: number): ChainedAuditRecord[] {
  let prevHash = "";
  return Array.from({ length }, (_, index) => {
    const entry = record(index + 1);
    const hash = auditHash(prevHash, entry);
    const chained = { ...entry, prevHash, hash };
    prevHash = hash;
    return chained;
  });
}

function altered(at: number, change: Partial<ChainedAuditRecord>): ChainedAuditRecord[] {
  return chainOf(5).map((entry) => (entry.seq === at ? { ...entry, ...change } : entry));
}

describe("verifyAuditChain", () => {
  test("an untouched chain is intact, whole or page by page", () => {
    const chain = chainOf(5);
    const whole = verifyAuditChain(chain);
    expect(whole).toMatchObject({ intact: true, head: { seq: 5, hash: chain[4]?.hash } });
    const first = verifyAuditChain(chain.slice(0, 2));
    if (!first.intact) throw new Error("the first page is intact");
    expect(verifyAuditChain(chain.slice(2), first.head)).toEqual(whole);
    expect(verifyAuditChain([])).toEqual({ intact: true, head: CHAIN_START });
  });

  test.each<[string, Partial<ChainedAuditRecord>]>([
    ["tenant", { tenantId: "01900000-0000-7000-8000-00000000ffff" }],
    ["time", { at: new Date(0) }],
    ["actor", { actorUserId: null }],
    ["action", { action: "license.reinstated" }],
    ["kind of subject", { subjectKind: "policy" }],
    ["subject", { subjectId: "01900000-0000-7000-8000-00000000ffff" }],
    ["value before", { before: null }],
    ["value after", { after: { suspendedAt: null } }],
    ["correlation id", { correlationId: "cor_2" }],
    ["hash", { hash: "x" }],
  ])("a changed %s is found at its event", (_, change) => {
    expect(verifyAuditChain(altered(3, change))).toEqual({ intact: false, seq: 3, reason: "changed" });
  });

  test("a changed event whose own hash was made to fit is found at the next", () => {
    const forged = { ...record(3), action: "license.reinstated" };
    const prevHash = chainOf(2)[1]?.hash ?? "";
    const chain = altered(3, { ...forged, hash: auditHash(prevHash, forged) });
    expect(verifyAuditChain(chain)).toEqual({ intact: false, seq: 4, reason: "relinked" });
  });

  test("a dropped, repeated or swapped event is found", () => {
    const [a, b, c] = chainOf(3);
    if (!a || !b || !c) throw new Error("three events");
    expect(verifyAuditChain([a, c])).toEqual({ intact: false, seq: 2, reason: "missing" });
    expect(verifyAuditChain([b, c])).toEqual({ intact: false, seq: 1, reason: "missing" });
    expect(verifyAuditChain([a, a, b])).toEqual({ intact: false, seq: 2, reason: "missing" });
    expect(verifyAuditChain([a, c, b])).toEqual({ intact: false, seq: 2, reason: "missing" });
  });
});
