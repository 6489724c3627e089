import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createApiKey } from "../../server/authority/api-key-input.ts";
import { publicId } from "../../server/domain/ids.ts";
import { createVendor } from "../../server/testing/authority.ts";
import { createLicense } from "../../server/testing/fixtures.ts";
import { installExample } from "./testing/example.ts";
import { creditRules, RealServer } from "./testing/real-server.ts";

let server: RealServer;
let directory: string;
beforeAll(async () => {
  // The example tells time by the machine's clock.
  server = await RealServer.create(new Date());
  directory = await mkdtemp(join(tmpdir(), "signet-gateway-"));
});
afterAll(async () => {
  await server.end();
  await rm(directory, { recursive: true, force: true });
});

test("the gateway of the examples charges a credit for each call that succeeds, and turns away who has none", async () => {
  const { authority, tenant } = server;
  const { userId } = await createVendor(authority);
  const actor = { kind: "user", userId, tenantId: tenant.tenantId, role: "owner" } as const;
  const terms = createApiKey.parse({ name: "Gateway", scopes: ["tickets:write"], expiresAt: null });
  const { key } = await authority.apiKeys.create(actor, terms);
  const license = await createLicense(authority, tenant, creditRules(2));
  const example = await installExample("api-gateway.mjs", directory);
  const args = [
    example,
    server.url,
    tenant.slug,
    server.rootKey,
    tenant.product,
    publicId("license", license.id),
  ];
  const gateway = spawn(process.execPath, args, { env: { ...process.env, SIGNET_API_KEY: key ?? "" } });
  try {
    const [port] = await once(gateway.stdout, "data");
    const call = async (path: string) => {
      const answer = await fetch(`http://127.0.0.1:${Number(port)}${path}`);
      return [answer.status, await answer.text()];
    };
    expect(await call("/one")).toEqual([200, "You asked for /one\n"]);
    expect(await call("/broken")).toEqual([500, "This call failed, and costs nothing.\n"]);
    expect(await call("/two")).toEqual([200, "You asked for /two\n"]);
    expect(await call("/three")).toEqual([402, "There are not enough credits left; add some to go on.\n"]);
    expect(await server.account(license.id)).toMatchObject({ spent: 2, reserved: 0 });
  } finally {
    gateway.kill();
    await once(gateway, "exit");
  }
});
