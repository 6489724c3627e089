/**
 * A request's body; undefined when it is larger than `bytesMax`, whatever length it declares, and then the rest of it
 * is not read.
 */
export async function readBody(request: Request, bytesMax: number): Promise<Buffer<ArrayBuffer> | undefined> {
  if (Number(request.headers.get("content-length")) > bytesMax) return undefined;
  const chunks: Uint8Array[] = [];
  let length = 0;
  if (request.body !== null) {
    for await (const chunk of request.body) {
      length += chunk.length;
      if (length > bytesMax) return undefined;
      chunks.push(chunk);
    }
  }
  return Buffer.concat(chunks, length);
}

/**
 * A plain request like the one given, with its body in memory; undefined when that is larger than `bytesMax`. It is a
 * new one also without a body, since Next hands out proxies that other constructors cannot read.
 */
export async function withBoundedBody(request: Request, bytesMax: number): Promise<Request | undefined> {
  const { method, headers, signal } = request;
  if (request.body === null) return new Request(request.url, { method, headers, signal });
  const body = await readBody(request, bytesMax);
  return body && new Request(request.url, { method, headers, signal, body });
}
