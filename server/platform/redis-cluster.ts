import { Cluster, type ClusterOptions, type RedisOptions } from "ioredis";
import type { RedisAddress } from "./redis-url.ts";

type PerNode = Pick<
  RedisOptions,
  | "autoResendUnfulfilledCommands"
  | "commandTimeout"
  | "connectTimeout"
  | "maxRetriesPerRequest"
  | "socketTimeout"
>;

/** A connection to all nodes of a Redis Cluster. */
export function openCluster(
  { nodes, login }: Extract<RedisAddress, { kind: "cluster" }>,
  perNode: PerNode,
  options: Omit<ClusterOptions, "dnsLookup" | "redisOptions"> = {},
): Cluster {
  return new Cluster(nodes, {
    ...options,
    // Over TLS a node is known by the name it was asked for, which ioredis would replace by its IP address.
    dnsLookup: (host, done) => done(null, host),
    redisOptions: { ...login, ...perNode },
  });
}
