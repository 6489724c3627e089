import type { AddressInfo } from "node:net";
import { createFastifyApp } from "../fastify-adapter.ts";
import { createLicenseServer, type LicenseServerOptions } from "../license-server.ts";
import { createFetchHandler } from "../next-adapter.ts";
import type { LicenseServerServices } from "../services.ts";

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

/** Every adapter by its name: a guarantee of the API must hold behind each. */
export const HOSTS: Readonly<Record<"Fastify" | "Next", StartHost>> = {
  async Fastify(services, options) {
    const app = createFastifyApp(createLicenseServer(services, options));
    await app.listen({ port: 0, host: "127.0.0.1" });
    const { port } = app.server.address() as AddressInfo;
    return {
      authority: `127.0.0.1:${port}`,
      ask: async (method, path, init) =>
        answerOf(await fetch(`http://127.0.0.1:${port}${path}`, requestInit(method, init))),
      stop: () => app.close(),
    };
  },
  async Next(services, options) {
    const handle = createFetchHandler(services, "/api", options);
    return {
      authority: "localhost",
      ask: async (method, path, init) =>
        answerOf(await handle(new Request(`http://localhost/api${path}`, requestInit(method, init)))),
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

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) };
}
