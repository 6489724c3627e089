import type { SessionClaims } from "../auth/actor.ts";
import { allows } from "../auth/permissions.ts";
import type { Auth } from "../auth/sign-in.ts";
import { CODES } from "../domain/codes.ts";
import { SignetError } from "../domain/errors.ts";
import { publicId } from "../domain/ids.ts";
import type { Listener } from "../platform/listener.ts";
import type { Logger } from "../platform/log.ts";
import { createChangeStream } from "./change-stream.ts";

interface LicenseStreamsOptions {
  readonly auth: Pick<Auth, "currentActor">;
  readonly listener: Listener;
  readonly log: Pick<Logger, "warn">;
  /** A stream tells of changes at most this often. */
  readonly tellEveryMs?: number;
  /** How often who watches is asked about again, and a proxy shown that the stream lives. */
  readonly checkEveryMs?: number;
  /** A stream then ends by itself; the browser asks for the next, and proves itself again. */
  readonly lifetimeMs?: number;
  readonly streamsMax?: number;
  readonly streamsOfOneMax?: number;
}

/**
 * Says of which licenses something changed, by server-sent events, to whoever may read licenses; what changed is asked for in the usual
 * way.
 * A stream keeps no past: each begins with an event that names nothing, upon which all that is shown is asked for again.
 */
export function createLicenseStreams({
  auth,
  listener,
  log,
  tellEveryMs = 1_000,
  checkEveryMs = 15_000,
  lifetimeMs = 120_000,
  streamsMax = 1_000,
  streamsOfOneMax = 20,
}: LicenseStreamsOptions) {
  /** What ends each open stream, and whose it is. */
  const open = new Map<() => void, string>();
  let closed = false;

  async function tenantOf(session: SessionClaims): Promise<string> {
    const current = await auth.currentActor(session);
    if (current === undefined) throw new SignetError("unauthorized", "You are signed out; sign in again.");
    if (current.tenant.suspended) throw new SignetError("tenant_suspended");
    if (!allows(current.actor.role, "license:read")) throw new SignetError("forbidden");
    return current.actor.tenantId;
  }

  function refuseTooMany(userId: string): void {
    const own = [...open.values()].filter((each) => each === userId).length;
    if (!closed && open.size < streamsMax && own < streamsOfOneMax) return;
    const retryAfterSeconds = 10;
    throw new SignetError("overloaded", "Too many live views are open; close one.", { retryAfterSeconds });
  }

  async function start(session: SessionClaims, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const tenantId = await tenantOf(session);
    refuseTooMany(session.userId);

    const stream = createChangeStream({
      everyMs: tellEveryMs,
      onEnd() {
        unsubscribe();
        clearInterval(checking);
        clearTimeout(ageing);
        open.delete(stream.end);
      },
    });
    open.set(stream.end, session.userId);
    const unsubscribe = listener.subscribe(tenantId, (licenses) =>
      stream.note(licenses?.map((id) => publicId("license", id))),
    );
    const checking = setInterval(() => void check(), checkEveryMs).unref();
    const ageing = setTimeout(stream.end, lifetimeMs).unref();

    if (signal.aborted) stream.end();
    signal.addEventListener("abort", stream.end, { once: true });
    return stream.body;

    async function check(): Promise<void> {
      try {
        if ((await tenantOf(session)) === tenantId) stream.comment();
        else stream.end();
      } catch (err) {
        if (err instanceof SignetError) stream.end();
        else log.warn({ err }, "whether somebody may still watch could not be read");
      }
    }
  }

  return {
    /** The stream, of the tenant that the session's person looks at, or why they may not have it. */
    async answer(session: SessionClaims | undefined, signal: AbortSignal): Promise<Response> {
      try {
        if (session === undefined)
          throw new SignetError("unauthorized", "You are signed out; sign in again.");
        return new Response(await start(session, signal), { headers: HEADERS });
      } catch (error) {
        if (error instanceof SignetError) return refusalOf(error);
        throw error;
      }
    },

    /** Ends every stream and opens no other. */
    async close(): Promise<void> {
      closed = true;
      for (const end of [...open.keys()]) end();
      await listener.close();
    },
  };
}

/** Nothing between here and the browser may keep, compress or gather what is streamed. */
const HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store, no-transform",
  "x-accel-buffering": "no",
};

function refusalOf({ code, message, retryAfterSeconds }: SignetError): Response {
  const headers = retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) };
  return Response.json({ code, message }, { status: CODES[code].status, headers });
}
