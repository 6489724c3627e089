import { expect, test } from "vitest";
import { clientOf } from "./forwarded.ts";

test.each([
  ["a client that connects directly", "203.0.113.9", undefined, "203.0.113.9"],
  ["one that claims another address", "203.0.113.9", "198.51.100.1", "203.0.113.9"],
  ["one that claims to be this machine", "::ffff:203.0.113.9", "127.0.0.1", "::ffff:203.0.113.9"],
  ["one that claims it over IPv6", "2001:db8::9", "::1", "2001:db8::9"],
  ["this machine itself", "127.0.0.1", undefined, "127.0.0.1"],
  ["a client behind a proxy here", "127.0.0.1", "203.0.113.9", "203.0.113.9"],
  ["the same, IPv4 in IPv6", "::ffff:127.0.0.1", "203.0.113.9", "203.0.113.9"],
  ["a client behind a proxy that claims another", "::1", "198.51.100.1, 203.0.113.9", "203.0.113.9"],
  ["a client behind two proxies", "10.0.0.2", "198.51.100.1, 203.0.113.9,172.31.0.7", "203.0.113.9"],
  ["proxies over IPv6", "fe80::1", "203.0.113.9, fd00::5", "203.0.113.9"],
  ["a client on the private network", "127.0.0.1", "192.168.1.20", "192.168.1.20"],
  ["just outside a private network", "172.32.0.1", "203.0.113.9", "172.32.0.1"],
  ["an entry that is no address", "127.0.0.1", "127.0.0.1, nonsense", "nonsense"],
  ["empty entries", "127.0.0.1", " , ,", "127.0.0.1"],
  ["a socket already closed", undefined, "203.0.113.9", "unknown"],
])("%s", (_name, peer, forwardedFor, client) => {
  expect(clientOf(peer, forwardedFor)).toBe(client);
});
