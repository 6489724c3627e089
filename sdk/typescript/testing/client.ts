import { memoryStorage, Signet, type SignetOptions, type StateStorage } from "../src/index.ts";
import { formatLicenseKey, LICENSE_KEY_DATA_LENGTH } from "../src/license-key.ts";
import { NOW_MS } from "./authority.ts";
import type { TestServer } from "./server.ts";

export const LICENSE_KEY = formatLicenseKey("RENDER", new Uint8Array(LICENSE_KEY_DATA_LENGTH).fill(9));

/** A clock that moves only when told. */
export class TestClock {
  ms = NOW_MS;
  now = () => this.ms;
}

export interface TestClient {
  readonly signet: Signet;
  readonly storage: StateStorage;
  readonly clock: TestClock;
}

/** A client of the test server, on a machine of its own unless it is told otherwise. */
export function testClient(server: TestServer, changes: Partial<SignetOptions> = {}): TestClient {
  const storage = changes.storage ?? memoryStorage();
  const clock = new TestClock();
  const machine = crypto.randomUUID();
  const signet = new Signet({
    server: server.url,
    tenant: "acme",
    rootKey: server.authority.root.x,
    product: server.authority.product,
    fingerprint: async () => ({ machine, platform: "test" }),
    retriesMax: 0,
    clock,
    ...changes,
    storage,
  });
  return { signet, storage, clock };
}
