import { parseArgs } from "node:util";
import { Client } from "pg";
import superjson from "superjson";
import { z } from "zod";
import { passwordStamp } from "#server/auth/passwords.ts";
import { createContainer } from "#server/container.ts";
import { publicId } from "#server/domain/ids.ts";
import { LICENSE_STATUSES } from "#server/domain/license-state.ts";
import { loadEnv } from "#server/platform/env.ts";
import { newCorrelationId } from "#server/platform/ids.ts";
import { createPortalContext } from "#server/trpc/context.ts";
import { answerCalls } from "#server/trpc/http.ts";
import { LaunchFailure } from "../../scripts/launcher/failure.ts";
import type { Connections } from "../../scripts/world/tenant.ts";
import { withDatabase } from "../../scripts/world/with-database.ts";
import { markdown } from "./table.ts";

/**
 * Measures what the portal's server takes to answer, at the size of a world that `npm run seed:world` made: each call as the
 * browser sends it, from the request to the answer's bytes, session and membership included, without the network.
 *
 *   --tenant=world-1 --runs=60
 */
const BAR_MS = 200;
const DEEP_PAGES = 40;

interface Asked {
  readonly name: string;
  readonly path: string;
  /** Of the n-th run: no two ask quite the same. */
  input(n: number): unknown;
}

const listed = z.object({ items: z.array(z.object({ id: z.string() })), nextCursor: z.string().nullable() });

async function measure(connections: Connections, slug: string, runs: number): Promise<void> {
  const env = loadEnv({
    NEXTAUTH_SECRET: "n".repeat(32),
    NODE_ENV: "production",
    LOG_LEVEL: "warn",
    DATABASE_APP_URL: connections.appUrl,
    SIGNET_MASTER_KEY: connections.masterKey,
  });
  const container = createContainer(env, "bench");
  const owner = new Client({ connectionString: connections.ownerUrl });
  await owner.connect();
  let sessionId: string | undefined;
  try {
    const session = await sessionOf(owner, slug);
    sessionId = session.sessionId;
    const ask = async (path: string, input: unknown): Promise<unknown> => {
      const query = encodeURIComponent(superjson.stringify(input));
      const request = new Request(`http://portal.invalid/api/trpc/${path}?input=${query}`);
      const correlationId = newCorrelationId();
      const response = await answerCalls(request, "/api/trpc", async () =>
        createPortalContext({ services: container, session, correlationId, ip: "192.0.2.1" }),
      );
      const answer = await response.json();
      if (response.status !== 200) throw new Error(`${path}: ${JSON.stringify(answer)}`);
      return superjson.deserialize(answer.result.data);
    };
    await owner.query("SELECT set_config('signet.tenant_id', $1, false)", [session.tenantId]);
    await container.overview.tally();
    const lines: string[][] = [];
    for (const { name, path, input } of await subjects(owner, ask)) {
      const times: number[] = [];
      await ask(path, input(0));
      for (let n = 1; n <= runs; n++) {
        const startMs = performance.now();
        await ask(path, input(n));
        times.push(performance.now() - startMs);
      }
      const sorted = times.toSorted((a, b) => a - b);
      const at = (share: number) => sorted[Math.ceil(sorted.length * share) - 1] ?? 0;
      const verdict = at(0.95) <= BAR_MS ? "✓" : "**over**";
      lines.push([name, at(0.5).toFixed(1), at(0.95).toFixed(1), verdict]);
      console.log(lines.at(-1)?.join("  "));
    }
    console.log(`\n${markdown(["what", "p50 ms", "p95 ms", `p95 ≤ ${BAR_MS} ms`], lines)}`);
  } finally {
    await owner.query("DELETE FROM user_session WHERE id = $1", [sessionId]);
    await owner.end();
    await container.close();
  }
}

async function sessionOf(owner: Client, slug: string) {
  const { rows } = await owner.query<{ userId: string; tenantId: string; hash: string }>(
    `SELECT u.id AS "userId", t.id AS "tenantId", u.password_hash AS hash
       FROM tenant t JOIN membership m ON m.tenant_id = t.id JOIN "user" u ON u.id = m.user_id
      WHERE t.slug = $1 AND m.role = 'owner'`,
    [slug],
  );
  const [found] = rows;
  if (found === undefined)
    throw new LaunchFailure(`There is no tenant ${slug}; make one with npm run seed:world.`);
  const { userId, tenantId, hash } = found;
  const begun = await owner.query<{ id: string }>(
    `INSERT INTO user_session (id, user_id, network, user_agent, created_at, last_seen_at)
     VALUES (gen_random_uuid(), $1, '', 'benchmark', now(), now()) RETURNING id`,
    [userId],
  );
  return { userId, tenantId, stamp: passwordStamp(hash), sessionId: begun.rows[0]?.id ?? "" };
}

async function subjects(
  owner: Client,
  ask: (path: string, input: unknown) => Promise<unknown>,
): Promise<Asked[]> {
  const column = async (sql: string): Promise<string[]> => {
    const { rows } = await owner.query<{ value: string }>({ text: sql });
    return rows.map(({ value }) => value);
  };
  // An owner who is a superuser sees every tenant's rows.
  const own = "WHERE tenant_id = current_setting('signet.tenant_id')::uuid";
  const some = "TABLESAMPLE SYSTEM (0.5)";
  const licenses = await column(`SELECT id AS value FROM license ${some} ${own} LIMIT 300`);
  const hints = await column(`SELECT key_hint AS value FROM license ${some} ${own} LIMIT 300`);
  const devices = await column(`SELECT name AS value FROM activation ${some} ${own} LIMIT 300`);
  const prints = await column(`SELECT fingerprint AS value FROM activation ${some} ${own} LIMIT 300`);
  const requests = await column(`SELECT correlation_id AS value FROM runtime_event ${some} ${own} LIMIT 300`);
  const customers = await column(`SELECT name AS value FROM customer ${own} LIMIT 300`);
  const customerIds = await column(`SELECT id AS value FROM customer ${own} ORDER BY id LIMIT 300`);
  const products = await column(`SELECT id AS value FROM product ${own}`);
  const of = (values: readonly string[], n: number): string => values[n % values.length] ?? "";
  const word = (n: number) => of(customers, n).split(" ")[n % 2] ?? "";

  /** The cursor a person would have after many pages. */
  async function deep(path: string, input: object): Promise<string | null> {
    let cursor: string | null = null;
    for (let page = 0; page < DEEP_PAGES; page++) {
      const answer = listed.parse(await ask(path, { ...input, cursor, limit: 100 }));
      if (answer.nextCursor === null) break;
      cursor = answer.nextCursor;
    }
    return cursor;
  }
  const deepLicenses = await deep("license.list", {});
  const deepCustomers = await deep("customer.list", {});
  const list = (name: string, input: (n: number) => unknown): Asked => ({
    name,
    path: "license.list",
    input,
  });
  const search = (name: string, text: (n: number) => string): Asked => ({
    name: `search: ${name}`,
    path: "search.query",
    input: (n) => ({ text: text(n) }),
  });
  return [
    { name: "overview", path: "overview.get", input: () => undefined },
    list("licenses, first page", () => ({})),
    list(`licenses, page ${DEEP_PAGES * 4}`, () => ({ cursor: deepLicenses })),
    ...LICENSE_STATUSES.map((status) => list(`licenses, ${status}`, () => ({ status }))),
    list("licenses, one product", (n) => ({ productId: publicId("product", of(products, n)) })),
    list("licenses, one customer", (n) => ({ customerId: publicId("customer", of(customerIds, n)) })),
    list("licenses, one product, suspended", (n) => ({
      productId: publicId("product", of(products, n)),
      status: "suspended",
    })),
    list("licenses, a customer's word", (n) => ({ search: word(n) })),
    list("licenses, end of a key", (n) => ({ search: of(hints, n) })),
    { name: "license", path: "license.get", input: (n) => ({ id: publicId("license", of(licenses, n)) }) },
    { name: "customers, first page", path: "customer.list", input: () => ({}) },
    { name: "customers, deep page", path: "customer.list", input: () => ({ cursor: deepCustomers }) },
    { name: "customers, a word", path: "customer.list", input: (n) => ({ search: word(n) }) },
    {
      name: "customer",
      path: "customer.get",
      input: (n) => ({ id: publicId("customer", of(customerIds, n)) }),
    },
    { name: "audit, first page", path: "audit.list", input: () => ({}) },
    ...["activations", "denials", "usage", "seats"].map((chart) => ({
      name: `analytics: ${chart} of 30 days`,
      path: `analytics.${chart}`,
      input: () => ({ period: "30d" }),
    })),
    search("a word of a name", word),
    search("a whole name", (n) => of(customers, n)),
    search("one letter more than one", (n) => word(n).slice(0, 2)),
    search("end of a key", (n) => of(hints, n)),
    search("device", (n) => of(devices, n)),
    search("fingerprint", (n) => of(prints, n).slice(0, 12)),
    search("correlation id", (n) => of(requests, n)),
    search("license id", (n) => publicId("license", of(licenses, n))),
    search("nothing there is", (n) => `xyzzy${n} plugh`),
  ];
}

const { values } = parseArgs({ options: { tenant: { type: "string" }, runs: { type: "string" } } });
try {
  await withDatabase((connections) =>
    measure(connections, values.tenant ?? "world-1", Number(values.runs ?? 60)),
  );
} catch (error) {
  console.error(error instanceof LaunchFailure ? error.message : error);
  process.exitCode = 1;
}
