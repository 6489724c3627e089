import { lookup as resolve } from "node:dns";
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

export interface PublicFetchOptions {
  readonly isAllowed?: (address: string) => boolean;
  /** PEM of further certificate authorities to believe. */
  readonly ca?: string;
}

export type PublicFetch = (url: string, options: { readonly signal: AbortSignal }) => Promise<Response>;

const BYTES_MAX = 256 * 1024;

/**
 * GET for addresses that somebody else chose: HTTPS only, no redirect followed, a small answer, and connected to the very
 * address that was checked, so that a name which resolves differently a moment later leads nowhere else.
 */
export function createPublicFetch({ isAllowed = isPublicAddress, ca }: PublicFetchOptions = {}): PublicFetch {
  const lookup: LookupFunction = (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      const [first] = found ?? [];
      if (error !== null) return callback(error, "", 0);
      if (first === undefined || !found.every(({ address }) => isAllowed(address)))
        return callback(new Error(`${hostname} is not on the public internet.`), "", 0);
      if (options.all) callback(null, found);
      else callback(null, first.address, first.family);
    });
  };

  return async (url, { signal }) => {
    const { protocol, hostname } = new URL(url);
    if (protocol !== "https:") throw new Error("Only HTTPS is asked.");
    const literal = hostname.replace(/^\[|\]$/g, "");
    // An address in the URL itself is never looked up.
    if (isIP(literal) !== 0 && !isAllowed(literal))
      throw new Error(`${literal} is not on the public internet.`);
    return new Promise((fulfil, reject) => {
      const trusted = ca === undefined ? {} : { ca };
      const asking = request(url, { lookup, agent: false, signal, ...trusted }, (answer) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        answer.on("data", (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > BYTES_MAX) asking.destroy(new Error("The answer is too large."));
          else chunks.push(chunk);
        });
        answer.on("error", reject);
        answer.on("end", () => {
          const status = answer.statusCode ?? 0;
          if (status === 200) fulfil(new Response(Buffer.concat(chunks), { status }));
          else reject(new Error(`The answer's status is ${status}.`));
        });
      });
      asking.on("error", reject);
      asking.end();
    });
  };
}
