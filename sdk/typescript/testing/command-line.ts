import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PolicyRules } from "../../../server/domain/policy.ts";
import { createLicense } from "../../../server/testing/fixtures.ts";
import { RealServer } from "./real-server.ts";

/** The program itself, for who begins it otherwise. */
export const MAIN = join(import.meta.dirname, "..", "src", "cli", "main.ts");
/** Each test begins several processes, and others run beside it. */
export const PROCESSES_TIMEOUT_MS = 60_000;
/** For one process. */
export const RUN_TIMEOUT_MS = 30_000;

export interface Ran {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/** `signet` as processes, on machines that each have a state directory, and the server that they talk to. */
export class CommandLine {
  readonly server: RealServer;
  /** A directory for this test's files; the processes run there. */
  readonly room: string;

  private constructor(server: RealServer, room: string) {
    this.server = server;
    this.room = room;
  }

  static async create(): Promise<CommandLine> {
    // The processes tell time by the machine's clock, so the server does too.
    const server = await RealServer.create(new Date());
    return new CommandLine(server, await mkdtemp(join(tmpdir(), "signet-cli-")));
  }

  environment(state: string, more: Record<string, string> = {}): NodeJS.ProcessEnv {
    const { url, tenant, rootKey } = this.server;
    return {
      ...process.env,
      NODE_NO_WARNINGS: "1",
      SIGNET_SERVER: url,
      SIGNET_TENANT: tenant.slug,
      SIGNET_ROOT_KEY: rootKey,
      SIGNET_PRODUCT: tenant.product,
      SIGNET_STATE: join(this.room, state),
      ...more,
    };
  }

  /** Never rejects; a process that does not end is ended, and its code is -1. */
  run(state: string, args: readonly string[], input = "", env: Record<string, string> = {}): Promise<Ran> {
    const options = {
      env: this.environment(state, env),
      cwd: this.room,
      timeout: RUN_TIMEOUT_MS,
      killSignal: "SIGKILL",
    } as const;
    return new Promise((resolve) => {
      const child = execFile(process.execPath, [MAIN, ...args], options, (error, output, errors) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), output, errors });
      });
      child.stdin?.end(input);
    });
  }

  /** A license, and a machine that was activated by it. */
  async machine(name: string, rules: Partial<PolicyRules> = {}) {
    const { authority, tenant } = this.server;
    const license = await createLicense(authority, tenant, { activationsMax: null, ...rules });
    const { code, errors } = await this.run(name, ["activate"], `${license.licenseKey}\n`);
    if (code !== 0) throw new Error(errors);
    return license;
  }

  /** Of a license, held now. */
  liveLeases(licenseId: string): Promise<number> {
    const { authority, tenant } = this.server;
    const { tenantId } = tenant;
    return authority.database.withTenant(tenantId, (tx) =>
      tx.lease.count({ where: { tenantId, pool: { licenseId }, ended: null } }),
    );
  }

  async end(): Promise<void> {
    await this.server.end();
    await rm(this.room, { recursive: true, force: true });
  }
}
