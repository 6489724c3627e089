import { BlockList, isIPv6 } from "node:net";

/** Where proxies stand: this machine, its link, and private networks. The LicenseServer's Fastify trusts the same. */
const PROXIES = new BlockList();
for (const [network, prefix] of [
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
] as const) {
  PROXIES.addSubnet(network, prefix, "ipv4");
}
for (const [network, prefix] of [
  ["::1", 128],
  ["fe80::", 10],
  ["fc00::", 7],
] as const) {
  PROXIES.addSubnet(network, prefix, "ipv6");
}

/**
 * The client's address: the socket's peer, unless that is a proxy; then the last entry of `x-forwarded-for` that is not
 * itself a proxy's, since the entries before it are whatever the client claims.
 */
export function clientOf(peer: string | undefined, forwardedFor: string | undefined): string {
  let client = peer ?? "unknown";
  const hops = (forwardedFor ?? "").split(",").map((hop) => hop.trim());
  for (const hop of hops.filter((each) => each !== "").reverse()) {
    if (!isProxy(client)) break;
    client = hop;
  }
  return client;
}

function isProxy(address: string): boolean {
  return PROXIES.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}
