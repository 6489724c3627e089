import type { AddressInfo } from "node:net";
import { pino } from "pino";
import type { PolicyRules } from "../../../server/domain/policy.ts";
import { createFastifyApp } from "../../../server/license-server/fastify-adapter.ts";
import { createLicenseServer } from "../../../server/license-server/license-server.ts";
import { type Authority, createAuthority } from "../../../server/testing/authority.ts";
import { createTestDatabase } from "../../../server/testing/database.ts";
import {
  createLicense,
  createRuntime,
  createTenant,
  type TestTenant,
} from "../../../server/testing/fixtures.ts";
import { TestClock } from "../../../server/testing/test-clock.ts";
import { METER_RULES } from "../../../server/testing/usage.ts";
import { memoryStorage, Signet, type SignetOptions } from "../src/index.ts";
import { TestNetwork } from "./network.ts";
import { time } from "./timers.ts";

/** The LicenseServer on a database of its own. It can be stopped and started at the same address, as a deployment does. */
export class RealServer {
  readonly authority: Authority;
  readonly tenant: TestTenant;
  readonly rootKey: string;
  readonly #drop: () => Promise<void>;
  #app: ReturnType<typeof createFastifyApp> | undefined;
  #port = 0;

  private constructor(authority: Authority, tenant: TestTenant, rootKey: string, drop: () => Promise<void>) {
    this.authority = authority;
    this.tenant = tenant;
    this.rootKey = rootKey;
    this.#drop = drop;
  }

  /** @param start when its clock, which moves only when told, stands still at first. */
  static async create(start?: Date): Promise<RealServer> {
    const database = await createTestDatabase();
    const runtime = createRuntime(database.appUrl, new TestClock(start));
    const authority = createAuthority(database.appUrl, runtime);
    const tenant = await createTenant(authority);
    const rootKey = await authority.trust.rootKey(tenant.tenantId);
    time.begin(authority.clock.now().getTime());
    const server = new RealServer(authority, tenant, rootKey, async () => {
      await authority.close();
      await database.drop();
    });
    await server.start();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    this.#app = createFastifyApp(createLicenseServer({ ...this.authority, log: pino({ level: "silent" }) }));
    await this.#app.listen({ port: this.#port, host: "127.0.0.1" });
    this.#port = (this.#app.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    await this.#app?.close();
    this.#app = undefined;
  }

  async end(): Promise<void> {
    await this.stop();
    await this.#drop();
  }

  /** A license, and a device of it whose time is the server's. */
  async device(rules: Partial<PolicyRules>, changes: Partial<SignetOptions> = {}) {
    const license = await createLicense(this.authority, this.tenant, { activationsMax: null, ...rules });
    return { license, ...(await this.deviceOf(license.licenseKey, changes)) };
  }

  async deviceOf(licenseKey: string, changes: Partial<SignetOptions> = {}) {
    const network = new TestNetwork();
    const storage = changes.storage ?? memoryStorage();
    const machine = crypto.randomUUID();
    const options: SignetOptions = {
      server: this.url,
      tenant: this.tenant.slug,
      rootKey: this.rootKey,
      product: this.tenant.product,
      fingerprint: async () => ({ machine }),
      fetch: network.fetch,
      clock: time,
      retriesMax: 0,
      ...changes,
      storage,
    };
    const signet = new Signet(options);
    const activation = await signet.activate(licenseKey);
    /** The program started again on the same machine. */
    const restarted = (more: Partial<SignetOptions> = {}) => new Signet({ ...options, ...more });
    return { activation, signet, network, storage, restarted };
  }

  /** Lets time pass for the server and for its clients. */
  pass(milliseconds: number): void {
    this.authority.clock.advance(milliseconds);
    time.pass(milliseconds);
  }

  /** Time passes while the clients' machines sleep. */
  sleep(milliseconds: number): void {
    this.authority.clock.advance(milliseconds);
    time.sleep(milliseconds);
  }

  /** A license's balance on its one meter. */
  async account(licenseId: string) {
    const { tenantId } = this.tenant;
    const { database, credits } = this.authority;
    const [account] = await database.withTenant(tenantId, (tx) => credits.accounts(tx, tenantId, licenseId));
    return account;
  }

  async revoke(licenseId: string): Promise<void> {
    const { tenantId } = this.tenant;
    const { database, clock, trust } = this.authority;
    await database.withTenant(tenantId, async (tx) => {
      await tx.license.update({
        where: { tenantId_id: { tenantId, id: licenseId } },
        data: { revokedAt: clock.now() },
      });
      await trust.publish(tx, tenantId);
    });
  }

  suspend(licenseId: string): Promise<void> {
    return this.#suspended(licenseId, this.authority.clock.now());
  }

  reinstate(licenseId: string): Promise<void> {
    return this.#suspended(licenseId, null);
  }

  async #suspended(licenseId: string, suspendedAt: Date | null): Promise<void> {
    const { tenantId } = this.tenant;
    await this.authority.database.withTenant(tenantId, (tx) =>
      tx.license.update({ where: { tenantId_id: { tenantId, id: licenseId } }, data: { suspendedAt } }),
    );
  }
}

/** Rules of a license with credits on one meter. */
export function creditRules(credits: number): Partial<PolicyRules> {
  return { meters: { credits: { ...METER_RULES, periodCredits: credits } } };
}
