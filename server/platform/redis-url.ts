/** Where Redis is: one server, or some nodes of a cluster, of any of which the others are learnt. */
export type RedisAddress =
  | { readonly kind: "server"; readonly url: string }
  | { readonly kind: "cluster"; readonly nodes: RedisNode[]; readonly login: RedisLogin };

export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

/** How each node of a cluster lets us in, in ioredis' words. */
interface RedisLogin {
  readonly username?: string;
  readonly password?: string;
  readonly tls?: object;
}

const CLUSTER = /^(rediss?)\+cluster:\/\/(?:([^@/]*)@)?([^@/?#]+)\/?$/;
const PORT = 6379;

/**
 * `redis://host:6379` is one server, `redis+cluster://user:password@host:6379,other-host:6379` a cluster; `rediss` either over TLS.
 * Returns undefined for anything else.
 */
export function parseRedisUrl(text: string): RedisAddress | undefined {
  const cluster = CLUSTER.exec(text);
  if (cluster === null) {
    const isServer = /^rediss?:$/.test(URL.parse(text)?.protocol ?? "");
    return isServer ? { kind: "server", url: text } : undefined;
  }
  const [, scheme, credentials = "", hosts = ""] = cluster;
  const urls = hosts.split(",").map((host) => URL.parse(`redis://${credentials}@${host}`));
  const known = urls.flatMap((url) => (url === null || url.hostname === "" ? [] : [url]));
  const [first] = known;
  if (first === undefined || known.length < urls.length || !isEscaped(credentials)) return undefined;
  return {
    kind: "cluster",
    nodes: known.map(({ hostname, port }) => ({
      // An IPv6 address is in brackets in a URL, and nowhere else.
      host: hostname.replace(/^\[(.+)\]$/, "$1"),
      port: Number(port || PORT),
    })),
    login: {
      ...(first.username === "" ? {} : { username: decodeURIComponent(first.username) }),
      ...(first.password === "" ? {} : { password: decodeURIComponent(first.password) }),
      ...(scheme === "rediss" ? { tls: {} } : {}),
    },
  };
}

function isEscaped(credentials: string): boolean {
  try {
    decodeURIComponent(credentials);
    return true;
  } catch {
    return false;
  }
}
