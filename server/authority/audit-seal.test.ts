import { execFile } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { auditHash } from "#server/domain/audit-chain.ts";
import { publicId } from "#server/domain/ids.ts";
import { type Authority, createAuthority, createVendor } from "#server/testing/authority.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { tokenSigner } from "#server/trust/jws.ts";
import { recordAudit } from "./audit.ts";
import { asChained } from "./audit-chain.ts";
import { readAuditChain } from "./audit-store.ts";

const run = promisify(execFile);
let database: TestDatabase;
let authority: Authority;
let owner: Client;
let folder: string;
let vendor: Awaited<ReturnType<typeof createVendor>>;

beforeAll(async () => {
  database = await createTestDatabase();
  authority = createAuthority(database.appUrl);
  owner = new Client({ connectionString: database.ownerUrl });
  await owner.connect();
  folder = await mkdtemp(join(tmpdir(), "signet-audit-"));
});
afterAll(async () => {
  await authority.close();
  await owner.end();
  await database.drop();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  vendor = await createVendor(authority);
});

async function record(...actions: string[]): Promise<void> {
  const subject = { subjectKind: "tenant", subjectId: vendor.tenantId, before: null, after: { n: 1 } };
  for (const action of actions)
    await authority.database.withTenant(vendor.tenantId, (tx) =>
      recordAudit(tx, vendor.actor, authority.clock, { action, ...subject }),
    );
}

const seal = () => authority.auditCheckpoints.seal(vendor.tenantId);
const verify = () => authority.audit.verify(vendor.actor);
const chain = () =>
  authority.database.withTenant(vendor.tenantId, async (tx) =>
    (await readAuditChain(tx, vendor.tenantId, 0, 1_000)).map(asChained),
  );

/** As somebody with the whole database but no key would: every hash and the head are made to fit. */
async function rewriteHistory(from: number): Promise<void> {
  let prevHash = "";
  for (const event of await chain()) {
    const { hash: _, prevHash: __, ...content } = event;
    const rewritten = event.seq === from ? { ...content, action: "nothing.happened" } : content;
    const hash = auditHash(prevHash, rewritten);
    await owner.query(
      "UPDATE audit_event SET action = $3, prev_hash = $4, hash = $5 WHERE tenant_id = $1 AND seq = $2",
      [vendor.tenantId, event.seq, rewritten.action, prevHash, hash],
    );
    prevHash = hash;
  }
  await owner.query("UPDATE tenant_state SET audit_head = $2 WHERE tenant_id = $1", [
    vendor.tenantId,
    prevHash,
  ]);
}

test("a chain is sealed to its end when it has grown, and only then", async () => {
  expect(await authority.audit.seal(vendor.actor)).toEqual({
    entries: 1,
    seal: null,
    unsealedSince: authority.clock.now(),
  });
  expect(await verify()).toMatchObject({ intact: true, seal: null });
  expect(await seal()).toBe("sealed");
  expect(await seal()).toBe("unchanged");
  await record("a.done", "b.done");
  expect(await verify()).toMatchObject({ intact: true, head: { seq: 3 }, seal: { seq: 1 } });
  expect(await seal()).toBe("sealed");
  expect(await authority.audit.seal(vendor.actor)).toMatchObject({
    entries: 3,
    seal: { seq: 3 },
    unsealedSince: null,
  });
  expect(await verify()).toMatchObject({ intact: true, seal: { seq: 3, at: authority.clock.now() } });
});

test("history written anew before a checkpoint is found although every hash fits; after it, only by the next export", async () => {
  await record("a.done", "b.done");
  await seal();
  await record("c.done");
  await rewriteHistory(4);
  expect(await verify(), "nothing has sealed entry 4 yet").toMatchObject({ intact: true });
  await rewriteHistory(2);
  expect(await verify()).toEqual({ intact: false, seq: 3, reason: "relinked" });
  await record("d.done");
  expect(await seal(), "what does not follow what was sealed is never sealed").toBe("broken");
  await expect(authority.auditCheckpoints.sealAll()).rejects.toThrow();
  await owner.query("DELETE FROM audit_event WHERE tenant_id = $1", [vendor.tenantId]);
  await owner.query("UPDATE tenant_state SET audit_seq = 0, audit_head = '' WHERE tenant_id = $1", [
    vendor.tenantId,
  ]);
  expect(await verify(), "and so is the end cut off").toMatchObject({ intact: false, reason: "missing" });
});

test("a checkpoint that another key has signed is found", async () => {
  await record("a.done");
  await rewriteHistory(2);
  const [, last] = await chain();
  const kid = "a-stranger";
  const { privateKey } = generateKeyPairSync("ed25519");
  const iss = publicId("tenant", vendor.tenantId);
  const jws = tokenSigner("auditCheckpoint", kid, privateKey).sign({ iss, seq: 2, hash: last?.hash });
  await owner.query("INSERT INTO audit_checkpoint VALUES ($1, 2, $2, $3, now())", [
    vendor.tenantId,
    last?.hash,
    jws,
  ]);
  expect(await verify()).toEqual({ intact: false, seq: 2, reason: "seal" });
});

test("the processes' own role cannot change or delete a checkpoint, and no tenant sees another's", async () => {
  await seal();
  for (const sql of ["UPDATE audit_checkpoint SET hash = ''", "DELETE FROM audit_checkpoint"])
    await expect(
      authority.database.withTenant(vendor.tenantId, (tx) => tx.$executeRawUnsafe(sql)),
    ).rejects.toThrow(/permission denied/);
  const other = await createVendor(authority);
  const seen = authority.database.withTenant(other.tenantId, (tx) => tx.auditCheckpoint.findMany());
  expect(await seen).toEqual([]);
});

test("a checkpoint whose key was given up proves nothing, until the next, by a new key, does", async () => {
  await record("a.done");
  await seal();
  const { keys } = await authority.trustKeys.list(vendor.actor);
  const receipt = keys.find(({ use, status }) => use === "receipt" && status === "active");
  await authority.trustKeys.compromise(vendor.actor, receipt?.kid ?? "");
  expect(await verify()).toMatchObject({ intact: true, seal: null });
  expect(await seal()).toBe("sealed");
  expect(await verify()).toMatchObject({ intact: true, seal: { seq: 3 } });
});

async function exported(name: string): Promise<string> {
  const lines: string[] = [];
  for await (const line of authority.audit.export(vendor.actor)) lines.push(line);
  const path = join(folder, name);
  await writeFile(path, lines.join(""));
  return path;
}

/** What the stand-alone program says of a file, and how it ends. */
async function judged(file: string, root: string, ...more: string[]) {
  const args = ["scripts/verify-audit.mjs", file, "--root", root, ...more];
  return run(process.execPath, args).then(
    ({ stdout }) => ({ code: 0, said: stdout }),
    (error) => ({ code: error.code, said: error.stderr }),
  );
}

async function altered(file: string, change: (text: string) => string): Promise<string> {
  const path = join(folder, "altered.jsonl");
  const text = await readFile(file, "utf8");
  const changed = change(text);
  expect(changed).not.toBe(text);
  await writeFile(path, changed);
  return path;
}

test("an exported file is verified by the program alone, across new keys, a compromise and a new root", async () => {
  const first = await authority.trust.rootKey(vendor.tenantId);
  await record("a.done", "b.done");
  await seal();
  const earlier = await exported("earlier.jsonl");
  expect(await judged(earlier, first)).toEqual({
    code: 0,
    said: expect.stringMatching(/^Intact: 4 entries, sealed up to entry 4 /),
  });

  const { keys } = await authority.trustKeys.list(vendor.actor);
  await authority.trustKeys.compromise(
    vendor.actor,
    keys.find(({ use, status }) => use === "receipt" && status === "active")?.kid ?? "",
  );
  await record("c.done");
  const { x: second } = await authority.trustKeys.rotateRoot(vendor.actor);
  await record("d.done");
  const file = await exported("audit.jsonl");
  for (const root of [first, second])
    expect(await judged(file, root, "--earlier", earlier)).toMatchObject({
      code: 0,
      said: expect.stringMatching(
        /^Intact: 9 entries, sealed up to entry 9 .*\n.*\n2 seals by a key that was given up/,
      ),
    });
});

test("an exported file that was altered in any way is refused, and it is said where", async () => {
  const root = await authority.trust.rootKey(vendor.tenantId);
  await record("a.done", "b.done");
  const earlier = await exported("earlier.jsonl");
  await record("c.done");
  const file = await exported("audit.jsonl");
  const stranger = await createVendor(authority);
  const strangers = await authority.trust.rootKey(stranger.tenantId);
  const line = (text: string, part: string) => text.split("\n").find((one) => one.includes(part)) ?? "";

  const refused = async (said: RegExp, path: string, pinned = root, ...more: string[]) =>
    expect(await judged(path, pinned, ...more)).toEqual({ code: 1, said: expect.stringMatching(said) });

  await refused(/Entry 2 was changed/, await altered(file, (text) => text.replace('"a.done"', '"x.done"')));
  await refused(
    /Entry 3 is missing/,
    await altered(file, (text) => text.replace(`${line(text, '"b.done"')}\n`, "")),
  );
  await refused(
    /had 6 entries, and 5 are in the file/,
    await altered(file, (text) => `${text.split("\n").slice(0, -3).join("\n")}\n`),
  );
  await refused(/cut off or .*altered/, await altered(file, (text) => text.slice(0, -60)));
  await refused(
    /The seal of entry 4 is not by a key of this tenant/,
    await altered(file, (text) => {
      const [head = "", body = "", signature = ""] = line(text, '"checkpoint"').split(".");
      const other = `${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`;
      return text.replace(`${head}.${body}.${signature}`, `${head}.${body}.${other}`);
    }),
  );
  await refused(/signed by a root key that the given one is not linked to/, file, strangers);

  await rewriteHistory(2);
  const rewritten = await exported("rewritten.jsonl");
  await refused(/Entry 4 is not the one that was sealed/, rewritten, root, "--earlier", earlier);
  await refused(/Entry 2 is another than in the earlier export/, file, root, "--earlier", rewritten);
  expect((await judged(join(folder, "no-such-file"), root)).code).toBe(2);
});
