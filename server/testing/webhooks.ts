import { Client } from "pg";
import { afterAll, beforeAll, beforeEach } from "vitest";
import type { UserActor } from "#server/domain/actor.ts";
import type { Subscription } from "#server/domain/event-catalogue.ts";
import { type Authority, type Catalog, createAuthority, createCatalog, createVendor } from "./authority.ts";
import type { TestDatabase } from "./cluster.ts";
import { createTestDatabase } from "./database.ts";
import { createRuntime } from "./fixtures.ts";
import { TEST_CA } from "./https.ts";
import { TestClock } from "./test-clock.ts";
import { startReceiver } from "./webhook-receiver.ts";

type Receiver = Awaited<ReturnType<typeof startReceiver>>;

interface World {
  readonly database: TestDatabase;
  readonly owner: Client;
  readonly authority: Authority;
  readonly receiver: Receiver;
  readonly actor: UserActor;
  readonly catalog: Catalog;
}

/** For each test of a file a vendor with a catalogue, and a receiver of webhooks; `world()` is the test's own. */
export function webhookTests() {
  let database: TestDatabase | undefined;
  let owner: Client | undefined;
  let current: World | undefined;

  function world(): World {
    if (current === undefined) throw new Error("There is a world within a test only.");
    return current;
  }

  beforeAll(async () => {
    database = await createTestDatabase();
    owner = new Client({ connectionString: database.ownerUrl });
    await owner.connect();
  });
  afterAll(async () => {
    await owner?.end();
    await database?.drop();
  });
  beforeEach(async () => {
    if (database === undefined || owner === undefined) throw new Error("The database was not made.");
    const runtime = createRuntime(database.appUrl, new TestClock());
    const authority = createAuthority(database.appUrl, runtime, { isAllowed: () => true, ca: TEST_CA });
    const receiver = await startReceiver();
    const { actor } = await createVendor(authority);
    const catalog = await createCatalog(authority, actor);
    current = { database, owner, authority, receiver, actor, catalog };
    return async () => {
      await receiver.stop();
      await authority.close();
    };
  });

  return {
    world,
    subscribe(...events: Subscription[]) {
      const { authority, actor, receiver } = world();
      return authority.webhooks.create(actor, { url: receiver.url, description: "", events });
    },
    deliver: () => world().authority.deliveries.deliverDue(),
    addCustomer(name: string) {
      const { authority, actor } = world();
      return authority.customers.create(actor, { name, email: null, note: "" });
    },
    async listed(endpointId: string) {
      const { authority, actor } = world();
      return (await authority.webhooks.deliveries(actor, { endpointId, limit: 100, cursor: null })).items;
    },
  };
}
