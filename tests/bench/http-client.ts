import { connect, type Socket } from "node:net";
import type { Answer } from "./load.ts";

/**
 * One keep-alive connection that sends one request after the other. Written for its cost: clients, server and database share
 * two cores, so whatever the client spends is taken from the measured side, and hardly from the yardstick.
 */
export class HttpConnection {
  readonly #socket: Socket;
  #received: Buffer | undefined;
  #settle: ((answer: Answer) => void) | undefined;
  #fail: ((error: Error) => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.#take(chunk));
    socket.on("error", (error) => this.#fail?.(error));
    socket.on("close", () => this.#fail?.(new Error("The server closed a connection.")));
  }

  static open(port: number): Promise<HttpConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: "127.0.0.1" });
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        resolve(new HttpConnection(socket));
      });
    });
  }

  /** Sends one request, as `requestText` writes it; the connection must be idle. */
  send(request: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#settle = resolve;
      this.#fail = reject;
      this.#socket.write(request, "latin1");
    });
  }

  close(): void {
    this.#fail = undefined;
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    const received = this.#received === undefined ? chunk : Buffer.concat([this.#received, chunk]);
    const headEnd = received.indexOf("\r\n\r\n");
    const head = headEnd === -1 ? "" : received.toString("latin1", 0, headEnd + 2);
    if (headEnd === -1 || !isComplete(received, head, headEnd + 4)) {
      this.#received = received;
      return;
    }
    this.#received = undefined;
    this.#settle?.({ status: Number(head.slice(9, 12)), body: received.subarray(headEnd + 4) });
  }
}

/** Whether a reply has arrived whole: one is under way at a time, so a chunked one ends where the bytes do. */
function isComplete(received: Buffer, head: string, bodyStart: number): boolean {
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
  return length === undefined
    ? received.toString("latin1", Math.max(0, received.length - 5)) === "0\r\n\r\n"
    : received.length >= bodyStart + Number(length);
}

/** A POST request of JSON as bytes on the wire; the body must be ASCII. */
export function requestText(path: string, body: string, token?: string): string {
  const authorization = token === undefined ? "" : `authorization: Bearer ${token}\r\n`;
  return `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${authorization}content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}
