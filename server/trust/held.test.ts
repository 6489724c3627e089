import { afterAll, beforeAll, expect, test } from "vitest";
import { localKeyWrapper } from "#server/platform/master-key.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { createRuntime, createTenant, type Runtime, TEST_MASTER_KEY } from "#server/testing/fixtures.ts";
import { createTrust } from "./service.ts";
import { createVault } from "./vault.ts";

let database: TestDatabase;
let runtime: Runtime;

beforeAll(async () => {
  database = await createTestDatabase();
  runtime = createRuntime(database.appUrl);
});
afterAll(async () => {
  await runtime.close();
  await database.drop();
});

/** A process that holds the keys of two tenants, and how often it had to open data keys and key sets. */
async function smallProcess() {
  const tenants = await Promise.all([createTenant(runtime), createTenant(runtime), createTenant(runtime)]);
  const opened = { dataKeys: 0, keySets: 0 };
  const wrapper = localKeyWrapper(TEST_MASTER_KEY);
  const vault = createVault({
    database: runtime.database,
    keyWrapper: {
      ...wrapper,
      unwrap(...given) {
        opened.dataKeys++;
        return wrapper.unwrap(...given);
      },
    },
    tenantsMax: 2,
  });
  const trust = createTrust({
    database: runtime.database,
    clock: runtime.clock,
    vault: {
      ...vault,
      cipher(...given) {
        opened.keySets++;
        return vault.cipher(...given);
      },
    },
    tenantsMax: 2,
  });
  const sign = async (index: number) => {
    const { sign: signed } = await trust.signer(tenants[index]?.tenantId ?? "", "lease", 1);
    expect(signed({}).split(".").length).toBe(3);
  };
  return { opened, sign };
}

test("a process holds the keys of the tenants asked for last, and opens those of any other again", async () => {
  const { opened, sign } = await smallProcess();
  for (const index of [0, 1, 0, 1, 0]) await sign(index);
  expect(opened).toEqual({ dataKeys: 2, keySets: 2 });
  // The third pushes out the second, which was asked for longest ago; the first stays.
  for (const index of [2, 0]) await sign(index);
  expect(opened).toEqual({ dataKeys: 3, keySets: 3 });
  // Opening key sets is what data keys are held for, and they go by when that was last done.
  for (const index of [1, 2, 0]) await sign(index);
  expect(opened).toEqual({ dataKeys: 4, keySets: 6 });
});
