import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { INSTALLATION } from "#server/domain/installation.ts";
import { newUuid, randomSecret } from "#server/platform/ids.ts";
import { createLogger } from "#server/platform/log.ts";
import { localKeyWrapper } from "#server/platform/master-key.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { createRuntime, createTenant, type Runtime, TEST_MASTER_KEY } from "#server/testing/fixtures.ts";
import { startMailServer } from "#server/testing/mail-server.ts";
import { TestClock } from "#server/testing/test-clock.ts";
import { createMailer } from "./mailer.ts";
import { createMails, type Mails } from "./mails.ts";
import { createPayloads, type Payloads } from "./sealed-payload.ts";
import { createSmtpSender, type SmtpSender } from "./smtp.ts";

const MINUTE_MS = 60_000;
const FROM = "Acme <licenses@acme.example>";
const log = createLogger({ level: "silent", name: "test" });

let database: TestDatabase;
let owner: Client;
let runtime: Runtime;
let payloads: Payloads;
let mails: Mails;
let server: Awaited<ReturnType<typeof startMailServer>>;
let smtp: SmtpSender;

beforeAll(async () => {
  database = await createTestDatabase();
  owner = new Client({ connectionString: database.ownerUrl });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await database.drop();
});
beforeEach(async () => {
  await owner.query("DELETE FROM mail");
  runtime = createRuntime(database.appUrl, new TestClock());
  payloads = createPayloads({ ...runtime, keyWrapper: localKeyWrapper(TEST_MASTER_KEY) });
  mails = createMails({ ...runtime, payloads });
  server = await startMailServer();
  smtp = createSmtpSender({ url: server.url, from: FROM });
  return async () => {
    smtp.close();
    await server.stop();
    await runtime.close();
  };
});

const mailer = (send: SmtpSender["send"] | null = smtp.send) =>
  createMailer({
    ...runtime,
    log,
    payloads,
    portalUrl: "https://portal.example/",
    send: send ?? undefined,
  });

function enqueue(token: string, to = "ada@example.com", dedupeKey = newUuid()) {
  return runtime.database.withTenant(INSTALLATION, (tx) =>
    mails.enqueue(tx, {
      tenantId: INSTALLATION,
      template: "password-reset",
      payload: { token },
      to,
      dedupeKey,
    }),
  );
}

interface Row {
  readonly status: string;
  readonly attempts: number;
  readonly error: string | null;
  readonly payload_cipher: Buffer | null;
  readonly next_attempt_at: Date | null;
}
const rows = async () => (await owner.query<Row>("SELECT * FROM mail ORDER BY created_at, id")).rows;
const idOf = (source: string) => /^Message-ID: (<.*>)/im.exec(source)?.[1];

test("a mail that is rolled back with its change is never sent, and of two about the same only one is written", async () => {
  const undone = runtime.database.withTenant(INSTALLATION, async (tx) => {
    const payload = { token: "t" };
    const about = { tenantId: INSTALLATION, to: "ada@example.com", dedupeKey: "undone" };
    await mails.enqueue(tx, { ...about, template: "password-reset", payload });
    throw new Error("changed my mind");
  });
  await expect(undone).rejects.toThrow("changed my mind");
  expect(
    await Promise.all([enqueue("a", "ada@example.com", "one"), enqueue("b", "ada@example.com", "one")]),
  ).toEqual(expect.arrayContaining([true, false]));
  expect(await mailer().deliverDue()).toEqual({ sent: 1, failed: 0, expired: 0 });
  expect(await mailer().deliverDue()).toEqual({ sent: 0, failed: 0, expired: 0 });
  expect(server.received).toHaveLength(1);
});

test("two workers at once send each mail once, with HTML and text, and keep nothing of what it said", async () => {
  const tokens = Array.from({ length: 12 }, () => randomSecret(32));
  for (const token of tokens) await enqueue(token, `${token.slice(0, 8).toLowerCase()}@example.com`);
  const found = async () =>
    (
      await owner.query("SELECT * FROM mail m WHERE m::text LIKE ANY ($1)", [
        tokens.map((each) => `%${each}%`),
      ])
    ).rowCount;
  expect(await found()).toBe(0);
  const other = createSmtpSender({ url: server.url, from: FROM });
  const counts = await Promise.all([mailer().deliverDue(), mailer(other.send).deliverDue()]);
  other.close();

  expect(counts.reduce((sum, { sent }) => sum + sent, 0)).toBe(tokens.length);
  expect(server.received).toHaveLength(tokens.length);
  const sources = server.received.map(({ source }) => source.replaceAll(/=\r\n/g, "").replaceAll("=3D", "="));
  for (const token of tokens) {
    const url = `https://portal.example/reset-password/${token}`;
    const [source = ""] = sources.filter((each) => each.includes(url));
    expect(source).toMatch(/^From: Signet <licenses@acme\.example>$/m);
    expect(source).toMatch(/^Auto-Submitted: auto-generated$/m);
    const [plain = "", html = ""] = source.split("Content-Type: text/html");
    expect(plain).toContain(url);
    expect(html).toContain(`href="${url}"`);
  }
  for (const row of await rows()) expect(row).toMatchObject({ status: "sent", payload_cipher: null });
});

test("a worker that dies between handing over and noting it has the mail sent again, under the same Message-ID", async () => {
  await enqueue("t");
  const killed = mailer(async (message) => {
    await smtp.send(message);
    throw new Error("killed");
  });
  await expect(killed.deliverDue()).rejects.toThrow();
  expect(await mailer().deliverDue()).toEqual({ sent: 0, failed: 0, expired: 0 });
  runtime.clock.advance(MINUTE_MS);
  expect(await mailer().deliverDue()).toEqual({ sent: 1, failed: 0, expired: 0 });
  const [first, second, ...more] = server.received.map(({ source }) => idOf(source));
  expect(first).toMatch(/^<mai_[0-9a-z]{26}@acme\.example>$/);
  expect(second).toBe(first);
  expect(more).toEqual([]);
});

test("while the mail server is down nothing is lost and little is tried; once it is up again, all is sent once", async () => {
  const { port } = server;
  await server.stop();
  for (const token of ["a", "b", "c", "d", "e"]) await enqueue(token);
  const { sent, failed } = await mailer().deliverDue();
  expect(sent).toBe(0);
  // One for each that was under way when the first found nobody there.
  expect(failed).toBeLessThanOrEqual(2);
  expect((await rows()).map(({ status }) => status)).toEqual(Array(5).fill("pending"));
  expect((await rows()).find(({ error }) => error !== null)?.error).toMatch(/ECONNREFUSED/);
  server = await startMailServer(port);
  runtime.clock.advance(MINUTE_MS);
  expect(await mailer().deliverDue()).toEqual({ sent: 5, failed: 0, expired: 0 });
  expect(server.received).toHaveLength(5);
});

test("an address that is refused is given up at once, one that may work later is tried until the link is of no use", async () => {
  server.answerWith("refuse");
  await enqueue("a");
  await mailer().deliverDue();
  expect(await rows()).toMatchObject([
    {
      status: "failed",
      attempts: 1,
      payload_cipher: null,
      error: expect.stringContaining("No such mailbox"),
    },
  ]);

  await owner.query("DELETE FROM mail");
  server.answerWith("later");
  await enqueue("b");
  for (let minutes = 0; minutes < 70; minutes++) {
    await mailer().deliverDue();
    runtime.clock.advance(MINUTE_MS);
  }
  const [given] = await rows();
  expect(given).toMatchObject({ status: "failed", payload_cipher: null });
  expect(given?.attempts).toBeGreaterThan(5);
  expect(given?.attempts).toBeLessThan(12);
});

describe("without a mail server", () => {
  test("mails stay where they are, and what they say goes when their link does", async () => {
    await enqueue("t");
    expect(await mailer(null).deliverDue()).toEqual({ sent: 0, failed: 0, expired: 0 });
    runtime.clock.advance(60 * MINUTE_MS);
    expect(await mailer(null).deliverDue()).toEqual({ sent: 0, failed: 0, expired: 1 });
    expect(await rows()).toMatchObject([{ status: "expired", payload_cipher: null, next_attempt_at: null }]);
  });
});

test("a mail whose key the database could not give waits, and is sent once it can", async () => {
  const { tenantId } = await createTenant(runtime);
  const payload = { invitedBy: "Ann of Northwind", customer: "Northwind", asked: false, token: newUuid() };
  const about = { tenantId, template: "invitation-customer", to: "ada@example.com", dedupeKey: "i" } as const;
  await runtime.database.withTenant(tenantId, (tx) => mails.enqueue(tx, { ...about, payload }));
  await runtime.close();
  // Another process, which has no tenant's key yet.
  runtime = createRuntime(database.appUrl, runtime.clock);
  payloads = createPayloads({ ...runtime, keyWrapper: localKeyWrapper(TEST_MASTER_KEY) });

  await owner.query("REVOKE SELECT ON tenant_state FROM signet_app");
  await expect(mailer().deliverDue()).rejects.toThrow();
  await owner.query("GRANT SELECT ON tenant_state TO signet_app");
  expect(await rows()).toMatchObject([{ status: "pending", payload_cipher: expect.anything() }]);
  runtime.clock.advance(MINUTE_MS);
  expect(await mailer().deliverDue()).toEqual({ sent: 1, failed: 0, expired: 0 });
});

test("a vendor's mail is in its own name and colour, answers go to its support, and no name breaks out of its place", async () => {
  const { tenantId } = await createTenant(runtime);
  await runtime.database.prisma.tenant.update({
    where: { id: tenantId },
    data: {
      name: 'Evil "<b>" & Co\r\nBcc: all@example.com',
      accent: "#ffcc00",
      supportEmail: "help@evil.example",
    },
  });
  const payload = { invitedBy: "Ann", customer: "<script>alert(1)</script>", asked: false, token: newUuid() };
  const about = { tenantId, template: "invitation-customer", to: "ada@example.com", dedupeKey: "i" } as const;
  await runtime.database.withTenant(tenantId, (tx) => mails.enqueue(tx, { ...about, payload }));
  await mailer().deliverDue();
  const [mail] = server.received;
  expect(mail?.to).toEqual(["ada@example.com"]);
  const source = mail?.source.replaceAll(/=\r\n/g, "").replaceAll("=3D", "=") ?? "";
  const [head = ""] = source.split("\r\n\r\n");
  expect(head).not.toMatch(/^Bcc:/im);
  expect(head).toMatch(/^Reply-To: help@evil\.example$/m);
  expect(source).toContain("background:#ffcc00;color:#000000");
  const html = source.split("Content-Type: text/html").at(-1) ?? "";
  expect(html).not.toContain("<script>");
  expect(html).toContain("&lt;script&gt;");
});
