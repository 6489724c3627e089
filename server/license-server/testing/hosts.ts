import type { AddressInfo } from "node:net";
import { createFastifyApp } from "../fastify-adapter.ts";
import { createLicenseServer, type LicenseServerOptions } from "../license-server.ts";
import { createFetchHandler } from "../next-adapter.ts";
import { createOpenApiDocument } from "../openapi.ts";
import type { LicenseServerServices } from "../services.ts";
import { createContract } from "./contract.ts";
import { plainServices } from "./plain-services.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON. */
  json(): unknown;
}

/** The operations table behind one of its adapters. */
export interface Host {
  /** What a client names as the host it asks. */
  readonly authority: string;
  ask(method: string, path: string, init?: AskInit): Promise<Answer>;
  stop(): Promise<void>;
}

export interface AskInit {
  readonly headers?: Readonly<Record<string, string>>;
  /** Text and bytes are sent as they are, everything else as JSON. */
  readonly body?: unknown;
}

type StartHost = (services: LicenseServerServices, options?: LicenseServerOptions) => Promise<Host>;

const contract = createContract(createOpenApiDocument(createLicenseServer(plainServices()).operations));

/** Every adapter by its name: a guarantee of the API must hold behind each, and every answer be the documented one. */
export const HOSTS: Readonly<Record<"Fastify" | "Next", StartHost>> = {
  async Fastify(services, options) {
    const app = createFastifyApp(createLicenseServer(services, options));
    await app.listen({ port: 0, host: "127.0.0.1" });
    const { port } = app.server.address() as AddressInfo;
    return {
      authority: `127.0.0.1:${port}`,
      ask: async (method, path, init) =>
        answerTo(method, path, await fetch(`http://127.0.0.1:${port}${path}`, requestInit(method, init))),
      stop: () => app.close(),
    };
  },
  async Next(services, options) {
    const handle = createFetchHandler(services, "/api", options);
    return {
      authority: "localhost",
      ask: async (method, path, init) => {
        const request = new Request(`http://localhost/api${path}`, requestInit(method, init));
        return answerTo(method, path, await handle(request));
      },
      stop: async () => undefined,
    };
  },
};

function requestInit(method: string, { headers = {}, body }: AskInit = {}): RequestInit {
  if (body === undefined) return { method, headers };
  const raw = typeof body === "string" || body instanceof Uint8Array;
  return {
    method,
    headers: { "content-type": "application/json", ...headers },
    body: raw ? new Uint8Array(Buffer.from(body)) : JSON.stringify(body),
  };
}

async function answerTo(method: string, path: string, response: Response): Promise<Answer> {
  const text = await response.text();
  const answer = { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) };
  contract.check(method, path, answer);
  return answer;
}
