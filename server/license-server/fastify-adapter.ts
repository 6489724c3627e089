import { type IncomingMessage, type Server, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { LicenseServer } from "./license-server.ts";
import { BODY_BYTES_MAX, type RawReply, type RawRequest } from "./raw.ts";
import { bodyTooLarge, HttpRefusal, wrongContentType } from "./refusal.ts";
import { PATH_PARAM_LENGTH_MAX, routePath } from "./router.ts";

type Params = Readonly<Record<string, string | undefined>>;

/** How long a client may take to send a whole request, and an idle connection may stay open; milliseconds. */
const REQUEST_MS_MAX = 30_000;
const KEEP_ALIVE_MS = 72_000;
const IDLE_SWEEP_MS = 50;

/** The whole operations table as a Fastify application, not yet listening. */
export function createFastifyApp(licenseServer: LicenseServer): FastifyInstance {
  const app = Fastify({
    bodyLimit: BODY_BYTES_MAX,
    routerOptions: { maxParamLength: PATH_PARAM_LENGTH_MAX },
    requestTimeout: REQUEST_MS_MAX,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // Proxies stand on this machine or on a private network; anything else states its own address.
    trustProxy: "loopback, linklocal, uniquelocal",
    // What is still asked on open connections while closing is answered, and the connection then closed.
    return503OnClosing: false,
    frameworkErrors: (_error, request, reply) => {
      send(reply, licenseServer.unrouted(new FastifyRawRequest(request, {})));
    },
    clientErrorHandler: (error, socket) => answerUnreadable(licenseServer, error.code, socket),
  });

  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", collectBody);

  for (const operation of licenseServer.operations) {
    app.route<{ Params: Params }>({
      method: operation.method,
      url: routePath(operation.path),
      handler(request, reply) {
        const answer = licenseServer.dispatch(operation, new FastifyRawRequest(request, request.params));
        if (answer instanceof Promise) void answer.then((settled) => send(reply, settled));
        else send(reply, answer);
      },
    });
  }
  app.setNotFoundHandler((request, reply) => {
    send(reply, licenseServer.unrouted(new FastifyRawRequest(request, {})));
  });
  app.setErrorHandler((error, request, reply) => {
    send(reply, licenseServer.refuse(refusalOf(error, request), new FastifyRawRequest(request, {})));
  });
  app.addHook("preClose", (done) => {
    closeConnectionsOnceIdle(app.server);
    done();
  });
  return app;
}

/** Node closes only the connections idle at that moment; one that was busy would hold the process until it times out. */
function closeConnectionsOnceIdle(server: Server): void {
  const sweep = setInterval(() => server.closeIdleConnections(), IDLE_SWEEP_MS);
  server.once("close", () => clearInterval(sweep));
}

class FastifyRawRequest implements RawRequest {
  readonly #request: FastifyRequest;
  readonly params: Params;

  constructor(request: FastifyRequest, params: Params) {
    this.#request = request;
    this.params = params;
  }

  get method(): string {
    return this.#request.method;
  }

  get path(): string {
    const { url } = this.#request;
    const queryAt = url.indexOf("?");
    return queryAt === -1 ? url : url.slice(0, queryAt);
  }

  get target(): string {
    return this.#request.url;
  }

  get authority(): string {
    return this.#request.headers.host ?? "";
  }

  get body(): Buffer | undefined {
    const { body } = this.#request;
    return Buffer.isBuffer(body) ? body : undefined;
  }

  get ip(): string {
    return this.#request.ip;
  }

  header(name: string): string | undefined {
    const value = this.#request.headers[name];
    return typeof value === "string" ? value : value?.[0];
  }
}

/** Past Fastify's own way of sending, whose hooks and serialisers nothing here needs: that costs a tenth of a small request. */
function send(reply: FastifyReply, { status, headers, body }: RawReply): void {
  reply.hijack();
  if (status !== 204 && status !== 304) headers["content-length"] = String(Buffer.byteLength(body));
  // The server has stopped listening: this client's next request must go elsewhere.
  if (!reply.server.server.listening) headers.connection = "close";
  reply.raw.writeHead(status, headers).end(body);
}

/** Gathers a body's bytes as they are; Fastify's own collector copies them once more. */
function collectBody(
  request: FastifyRequest,
  payload: IncomingMessage,
  done: (error: Error | null, body?: Buffer) => void,
): void {
  if (Number(request.headers["content-length"]) > BODY_BYTES_MAX) {
    done(bodyTooLarge());
    return;
  }
  const chunks: Buffer[] = [];
  let length = 0;
  function take(chunk: Buffer): void {
    length += chunk.length;
    if (length <= BODY_BYTES_MAX) {
      chunks.push(chunk);
      return;
    }
    payload.off("data", take);
    done(bodyTooLarge());
  }
  payload.on("data", take);
  payload.on("end", () => {
    const [first] = chunks;
    if (length <= BODY_BYTES_MAX)
      done(null, first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks, length));
  });
  payload.on("error", done);
}

/** What Fastify itself refuses, in the words of this API. */
function refusalOf(error: unknown, request: FastifyRequest): unknown {
  const { code, statusCode } = facts(error);
  if (code === "FST_ERR_CTP_INVALID_MEDIA_TYPE") return wrongContentType(request.headers["content-type"]);
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new HttpRefusal("invalid_request", "The request could not be read to its end.", {
      status: statusCode,
    });
  }
  return error;
}

function facts(error: unknown): { readonly code?: unknown; readonly statusCode?: number } {
  if (!(error instanceof Error)) return {};
  return {
    ...("code" in error ? { code: error.code } : {}),
    ...("statusCode" in error && typeof error.statusCode === "number"
      ? { statusCode: error.statusCode }
      : {}),
  };
}

const UNREADABLE: RawRequest = {
  method: "",
  path: "",
  target: "",
  authority: "",
  params: {},
  body: undefined,
  ip: "",
  header: () => undefined,
};

/** Bytes that are no HTTP request never reach a route, so the answer is written by hand. */
function answerUnreadable(licenseServer: LicenseServer, code: string | undefined, socket: Socket): void {
  if (code !== "ECONNRESET" && socket.writable) {
    const { status, headers, body } = licenseServer.refuse(unreadable(code), UNREADABLE);
    const lines = Object.entries({
      ...headers,
      "content-length": String(Buffer.byteLength(body)),
      connection: "close",
    }).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join("")}\r\n${body}`);
  }
  socket.destroy();
}

function unreadable(code: string | undefined): HttpRefusal {
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") {
    return new HttpRefusal("invalid_request", "The request did not arrive in time.", { status: 408 });
  }
  if (code === "HPE_HEADER_OVERFLOW") {
    return new HttpRefusal("invalid_request", "The request's headers are too large.", { status: 431 });
  }
  return new HttpRefusal("invalid_request", "This is not an HTTP request.");
}
