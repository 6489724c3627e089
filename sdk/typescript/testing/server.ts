import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { decodeProtectedHeader } from "jose";
import { fingerprintText } from "../src/fingerprint-digest.ts";
import { DAY, digest, NOW, type TestAuthority } from "./authority.ts";

export interface TestRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly headers: IncomingMessage["headers"];
}

export interface TestReply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

interface TestDevice {
  readonly id: string;
  readonly components: Readonly<Record<string, string>>;
  readonly jkt: string;
}

export interface TestLicense {
  /** The code of the refusal; undefined when it is good. */
  refusal?: string | undefined;
  activationsMax: number;
  /** How many fingerprint components must be the same; all unless given. */
  match?: number;
  features: Record<string, boolean | number | string>;
  grace?: { reason: "license_expired"; until: number };
  readonly devices: TestDevice[];
}

/** What a test may do to an answer before it is sent; `"hang up"` breaks the connection. */
export type Tamper = (
  request: TestRequest,
  reply: TestReply,
) => TestReply | "hang up" | Promise<TestReply | "hang up">;

/** A LicenseServer of a hundred lines, over real HTTP: enough to activate, refresh, deactivate, refuse, and misbehave. */
export class TestServer {
  readonly authority: TestAuthority;
  readonly licenses = new Map<string, TestLicense>();
  readonly requests: TestRequest[] = [];
  tamper: Tamper = (_request, reply) => reply;
  /** Seconds. */
  now = NOW;
  url = "";
  readonly #server = createServer((request, response) => {
    void this.#serve(request).then((reply) => {
      if (reply === "hang up") return request.socket.destroy();
      response.writeHead(reply.status, { "content-type": "application/json", ...reply.headers });
      response.end(typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body));
    });
  });

  constructor(authority: TestAuthority) {
    this.authority = authority;
  }

  async start(): Promise<this> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  addLicense(key: string, changes: Partial<TestLicense> = {}): TestLicense {
    const features = { "export-4k": true, "watermark-off": false, "render-nodes": 8, tier: "studio" };
    const license: TestLicense = { activationsMax: 2, features, devices: [], ...changes };
    this.licenses.set(key, license);
    return license;
  }

  requestsTo(path: RegExp): TestRequest[] {
    return this.requests.filter((request) => path.test(request.path));
  }

  async #serve(message: IncomingMessage): Promise<TestReply | "hang up"> {
    let body = "";
    for await (const chunk of message) body += chunk;
    const request = { method: message.method ?? "", path: message.url ?? "", body, headers: message.headers };
    this.requests.push(request);
    return this.tamper(request, this.#answer(request));
  }

  #answer(request: TestRequest): TestReply {
    const path = request.path.replace("/v1/acme/", "");
    if (path === "trust") return { status: 200, body: { bundle: this.authority.bundle() } };
    if (path === "activations") return this.#activate(request);
    if (this.#isDisowned(request)) return { status: 401, body: problem("unauthorized") };
    const [, id = "", action] = /^activations\/(\w+)\/(\w+)$/.exec(path) ?? [];
    const found = [...this.licenses.values()].find(({ devices }) =>
      devices.some((device) => device.id === id),
    );
    const device = found?.devices.find((known) => known.id === id);
    if (found === undefined || device === undefined) return this.#refuse(request, "activation_not_found", id);
    if (action === "deactivate") {
      found.devices.splice(found.devices.indexOf(device), 1);
      return { status: 200, body: { activation: { id, status: "deactivated" } } };
    }
    if (found.refusal !== undefined) return this.#refuse(request, found.refusal, id);
    return this.#grant(request, found, device, 200);
  }

  #isDisowned({ headers }: TestRequest): boolean {
    const { kid = "" } = decodeProtectedHeader(headers.authorization?.split(" ")[1] ?? "");
    return this.authority.revoked.keys.includes(kid);
  }

  #activate(request: TestRequest): TestReply {
    const { licenseKey, fingerprint, deviceKey } = JSON.parse(request.body);
    const license = this.licenses.get(licenseKey);
    if (license === undefined) return this.#refuse(request, "license_not_found", this.authority.tenant);
    if (license.refusal !== undefined) return this.#refuse(request, license.refusal, "lic_01jtest");
    const jkt = digest(JSON.stringify({ crv: deviceKey.crv, kty: deviceKey.kty, x: deviceKey.x }));
    const match = license.match ?? Object.keys(fingerprint).length;
    const known = license.devices.find(({ components }) => sameOf(components, fingerprint) >= match);
    if (known === undefined && license.devices.length >= license.activationsMax) {
      return this.#refuse(request, "activation_limit_reached", "lic_01jtest");
    }
    const device = {
      id:
        known?.id ??
        `act_${digest(licenseKey + fingerprintText(fingerprint))
          .replace(/\W/g, "")
          .slice(0, 12)}`,
      components: fingerprint,
      jkt,
    };
    if (known === undefined) license.devices.push(device);
    else license.devices.splice(license.devices.indexOf(known), 1, device);
    return this.#grant(request, license, device, known === undefined ? 201 : 200);
  }

  #grant(request: TestRequest, license: TestLicense, device: TestDevice, status: number): TestReply {
    const { authority, now } = this;
    const { nonce } = JSON.parse(request.body);
    const times = { iat: now, exp: now + 3 * DAY };
    const token = authority.token(
      "activation",
      authority.activationClaims({
        ...times,
        sub: device.id,
        fingerprint: digest(fingerprintText(device.components)),
        match: license.match ?? Object.keys(device.components).length,
        cnf: { jkt: device.jkt },
        features: license.features,
        nonce,
        req: digest(request.body),
        ...(license.grace === undefined ? {} : { grace: license.grace }),
      }),
    );
    const certificate = authority.token("license", authority.licenseClaims(times));
    const activation = { id: device.id, license: "lic_01jtest", status: "active", created: status === 201 };
    const expiresAt = new Date(times.exp * 1000).toISOString();
    const body = { activation: { ...activation, expiresAt }, token, certificate, trustSeq: authority.seq };
    return { status, body };
  }

  #refuse(request: TestRequest, code: string, sub: string): TestReply {
    const { nonce } = JSON.parse(request.body);
    const { now } = this;
    const claims = this.authority.denialClaims(code, {
      iat: now,
      exp: now + 300,
      sub,
      nonce,
      req: digest(request.body),
    });
    const decision = this.authority.token("denial", claims);
    return { status: 403, body: { ...problem(code), decision } };
  }
}

function sameOf(known: Readonly<Record<string, string>>, sent: Readonly<Record<string, string>>): number {
  return Object.keys(known).filter((name) => known[name] === sent[name]).length;
}

export function problem(code: string) {
  return {
    type: `/docs/errors#${code}`,
    title: code,
    status: 403,
    detail: `The server's words about ${code}.`,
    instance: "/v1/acme/activations",
    code,
    correlationId: "cor_unsigned",
    retryable: false,
  };
}
