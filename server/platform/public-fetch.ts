import { lookup as resolve } from "node:dns";
import { type IncomingHttpHeaders, request as requestPlain } from "node:http";
import { request } from "node:https";
import { BlockList, isIP, type LookupFunction } from "node:net";

/** IPv4 that is not of the public internet: this machine, private networks, clouds' metadata, and what is reserved. */
const NOT_PUBLIC = new BlockList();
for (const [network, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const)
  NOT_PUBLIC.addSubnet(network, prefix, "ipv4");

/** Of IPv6 only global unicast is public; within that, what carries IPv4 addresses and what is for documentation is not. */
const GLOBAL_UNICAST = new BlockList();
GLOBAL_UNICAST.addSubnet("2000::", 3, "ipv6");
for (const [network, prefix] of [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const)
  NOT_PUBLIC.addSubnet(network, prefix, "ipv6");

/** Whether an address is one of the public internet, and so none that only this server can reach. */
export function isPublicAddress(address: string): boolean {
  const version = isIP(address);
  if (version === 4) return !NOT_PUBLIC.check(address, "ipv4");
  return version === 6 && GLOBAL_UNICAST.check(address, "ipv6") && !NOT_PUBLIC.check(address, "ipv6");
}

export interface PublicRequestOptions {
  readonly isAllowed?: (address: string) => boolean;
  /** PEM of further certificate authorities to believe. */
  readonly ca?: string;
  /** Whether http: is spoken too; only for a network that nobody else is on. */
  readonly plainHttp?: boolean;
}

export interface Asked {
  readonly method: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
  /** Of the answer's body; the rest is not read. */
  readonly bytesMax: number;
}

export interface PublicAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer<ArrayBuffer>;
  /** Whether there was more than `bytesMax`. */
  readonly isCut: boolean;
}

export type PublicRequest = (url: string, asked: Asked) => Promise<PublicAnswer>;
export type PublicFetch = (url: string, options: { readonly signal: AbortSignal }) => Promise<Response>;

/** Throws, saying why, for a URL that would never be asked. A name is looked up, and its address checked, only when it is. */
export function refuseUrl(
  url: string,
  { isAllowed = isPublicAddress, plainHttp = false }: PublicRequestOptions = {},
): void {
  const { protocol, hostname } = new URL(url);
  if (protocol !== "https:" && !(plainHttp && protocol === "http:")) throw new Error("Only HTTPS is asked.");
  const literal = hostname.replace(/^\[|\]$/g, "");
  // An address in the URL itself is never looked up.
  if (isIP(literal) !== 0 && !isAllowed(literal)) throw notPublic(literal);
}

/**
 * Asks addresses that somebody else chose: HTTPS only, no redirect followed, a bounded answer, and connected to the very
 * address that was checked, so that a name which resolves differently a moment later leads nowhere else.
 */
export function createPublicRequest(options: PublicRequestOptions = {}): PublicRequest {
  const { isAllowed = isPublicAddress, ca } = options;
  const lookup: LookupFunction = (hostname, how, callback) => {
    resolve(hostname, { ...how, all: true }, (error, found) => {
      const [first] = found ?? [];
      if (error !== null) return callback(error, "", 0);
      if (first === undefined || !found.every(({ address }) => isAllowed(address)))
        return callback(notPublic(hostname), "", 0);
      if (how.all) callback(null, found);
      else callback(null, first.address, first.family);
    });
  };

  return async (url, { method, headers = {}, body, signal, bytesMax }) => {
    refuseUrl(url, options);
    return new Promise((fulfil, reject) => {
      const trusted = ca === undefined ? {} : { ca };
      const ask = new URL(url).protocol === "http:" ? requestPlain : request;
      const asking = ask(url, { method, headers, lookup, agent: false, signal, ...trusted }, (answer) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        const { statusCode: status = 0 } = answer;
        const finish = (isCut: boolean) => {
          fulfil({
            status,
            headers: answer.headers,
            body: Buffer.concat(chunks).subarray(0, bytesMax),
            isCut,
          });
        };
        answer.on("data", (chunk: Buffer) => {
          bytes += chunk.length;
          chunks.push(chunk);
          if (bytes <= bytesMax) return;
          finish(true);
          asking.destroy();
        });
        answer.on("error", reject);
        answer.on("end", () => finish(false));
      });
      asking.on("error", reject);
      asking.end(body);
    });
  };
}

const BYTES_MAX = 256 * 1024;

/** GET of a small document, whole and with the status 200, or an error. */
export function createPublicFetch(options: PublicRequestOptions = {}): PublicFetch {
  const ask = createPublicRequest(options);
  return async (url, { signal }) => {
    const { status, body, isCut } = await ask(url, { method: "GET", signal, bytesMax: BYTES_MAX });
    if (status !== 200) throw new Error(`The answer's status is ${status}.`);
    if (isCut) throw new Error("The answer is too large.");
    return new Response(body, { status });
  };
}

function notPublic(host: string): Error {
  return new Error(`${host} is not on the public internet.`);
}
