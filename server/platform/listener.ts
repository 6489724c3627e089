import { Client, type Notification } from "pg";
import { z } from "zod";
import type { Announcement } from "./announcer.ts";
import type { Logger } from "./log.ts";

/** Hears which of a tenant's subjects changed; undefined: any of them may have. */
type Hear = (subjects: readonly string[] | undefined) => void;

/** Hears what announcers in all processes tell, and forgets nothing silently: after a broken connection everybody hears "any". */
export interface Listener {
  /** Of one tenant, until the answer is called. */
  subscribe(tenantId: string, hear: Hear): () => void;
  close(): Promise<void>;
}

const RETRY_MS = 1_000;
/** A connection whose other end is gone without a word is found out within this and the reply's time. */
const PING_MS = 30_000;
const REPLY_TIMEOUT_MS = 10_000;

const announcement: z.ZodType<Announcement> = z.object({
  tenantId: z.string(),
  subjects: z.array(z.string()).exactOptional(),
});

/** One connection a process, opened for the first who subscribes. */
export function createListener({
  url,
  channel,
  log,
}: {
  url: string;
  channel: string;
  log: Pick<Logger, "warn">;
}): Listener {
  const hearers = new Map<string, Set<Hear>>();
  let client: Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  function heard({ payload }: Notification): void {
    const told = announcement.safeParse(jsonOf(payload));
    if (told.success) for (const hear of hearers.get(told.data.tenantId) ?? []) hear(told.data.subjects);
    else log.warn({ channel }, "a notification that is none of ours was passed over");
  }

  async function connect(): Promise<void> {
    const opened = new Client({
      connectionString: url,
      keepAlive: true,
      connectionTimeoutMillis: REPLY_TIMEOUT_MS,
      query_timeout: REPLY_TIMEOUT_MS,
      application_name: "signet listener",
    });
    client = opened;
    opened.on("error", (error) => lost(opened, error));
    opened.on("end", () => lost(opened));
    opened.on("notification", heard);
    try {
      await opened.connect();
      await opened.query(`LISTEN ${opened.escapeIdentifier(channel)}`);
    } catch (error) {
      return lost(opened, error);
    }
    for (const each of hearers.values()) for (const hear of each) hear(undefined);
    ping(opened);
  }

  function ping(opened: Client): void {
    if (closed || client !== opened) return;
    timer = setTimeout(() => {
      opened.query("SELECT 1").then(
        () => ping(opened),
        (error: unknown) => lost(opened, error),
      );
    }, PING_MS).unref();
  }

  function lost(opened: Client, err?: unknown): void {
    if (client !== opened || closed) return;
    client = undefined;
    clearTimeout(timer);
    log.warn({ err, channel }, "the connection that hears of changes broke");
    opened.end().catch(() => undefined);
    timer = setTimeout(() => void connect(), RETRY_MS).unref();
  }

  return {
    subscribe(tenantId, hear) {
      const own = hearers.get(tenantId) ?? new Set();
      hearers.set(tenantId, own.add(hear));
      if (client === undefined && timer === undefined && !closed) void connect();
      return () => {
        own.delete(hear);
        if (own.size === 0 && hearers.get(tenantId) === own) hearers.delete(tenantId);
      };
    },

    async close() {
      closed = true;
      clearTimeout(timer);
      await client?.end();
    },
  };
}

function jsonOf(text = ""): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
