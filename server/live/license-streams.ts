import type { CurrentCustomer, SessionClaims } from "../auth/actor.ts";
import { allows, customerAllows } from "../auth/permissions.ts";
import type { Auth } from "../auth/sign-in.ts";
import { CODES } from "../domain/codes.ts";
import { SignetError } from "../domain/errors.ts";
import { publicId } from "../domain/ids.ts";
import type { Listener } from "../platform/listener.ts";
import type { Logger } from "../platform/log.ts";
import { createChangeStream, EVENT_STREAM_HEADERS } from "./change-stream.ts";

interface LicenseStreamsOptions {
  readonly auth: Pick<Auth, "currentActor" | "currentCustomer">;
  /** The customer's own licenses that can be watched, by id. */
  readonly licensesOf: (customer: CurrentCustomer) => Promise<readonly string[]>;
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

/** What somebody may watch, as of now. */
interface Watched {
  readonly tenantId: string;
  /** Only these licenses; undefined: all of the tenant's. */
  readonly only?: ReadonlySet<string>;
}

/** Throws a refusal for whoever may watch nothing. */
type Door = (session: SessionClaims) => Promise<Watched>;

/**
 * Says of which licenses something changed, by server-sent events, to whoever may read licenses: the vendor's staff, and a
 * customer's people of their own. What changed is asked for in the usual way.
 * A stream keeps no past: each begins with an event that names nothing, upon which all that is shown is asked for again.
 */
export function createLicenseStreams({
  auth,
  licensesOf,
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

  const staff: Door = async (session) => {
    const current = await auth.currentActor(session);
    if (current === undefined) throw new SignetError("unauthorized", "You are signed out; sign in again.");
    if (current.tenant.suspended) throw new SignetError("tenant_suspended");
    if (!allows(current.actor.role, "license:read")) throw new SignetError("forbidden");
    return { tenantId: current.actor.tenantId };
  };

  const customer: Door = async (session) => {
    const current = await auth.currentCustomer(session);
    if (current === undefined) throw new SignetError("unauthorized", "You are signed out; sign in again.");
    if (current.tenant.suspended) throw new SignetError("tenant_suspended");
    if (!customerAllows(current.role, "license:read")) throw new SignetError("forbidden");
    return { tenantId: current.tenantId, only: new Set(await licensesOf(current)) };
  };

  function refuseTooMany(userId: string): void {
    const own = [...open.values()].filter((each) => each === userId).length;
    if (!closed && open.size < streamsMax && own < streamsOfOneMax) return;
    const retryAfterSeconds = 10;
    throw new SignetError("overloaded", "Too many live views are open; close one.", { retryAfterSeconds });
  }

  async function start(
    session: SessionClaims,
    signal: AbortSignal,
    door: Door,
  ): Promise<ReadableStream<Uint8Array>> {
    let watched = await door(session);
    const { tenantId } = watched;
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
    const unsubscribe = listener.subscribe(tenantId, (licenses) => tell(licenses));
    const checking = setInterval(() => void check(), checkEveryMs).unref();
    const ageing = setTimeout(stream.end, lifetimeMs).unref();

    if (signal.aborted) stream.end();
    signal.addEventListener("abort", stream.end, { once: true });
    return stream.body;

    function tell(licenses: readonly string[] | undefined): void {
      const seen = licenses?.filter((id) => watched.only?.has(id) ?? true);
      if (seen === undefined || seen.length > 0) stream.note(seen?.map((id) => publicId("license", id)));
    }

    async function check(): Promise<void> {
      try {
        const now = await door(session);
        if (now.tenantId !== tenantId) return stream.end();
        // A license that came or went is told of as if anything may have changed.
        const same = now.only === undefined || isSame(now.only, watched.only);
        watched = now;
        if (same) stream.comment();
        else stream.note(undefined);
      } catch (err) {
        if (err instanceof SignetError) stream.end();
        else log.warn({ err }, "whether somebody may still watch could not be read");
      }
    }
  }

  async function answer(
    session: SessionClaims | undefined,
    signal: AbortSignal,
    door: Door,
  ): Promise<Response> {
    try {
      if (session === undefined) throw new SignetError("unauthorized", "You are signed out; sign in again.");
      return new Response(await start(session, signal, door), { headers: EVENT_STREAM_HEADERS });
    } catch (error) {
      if (error instanceof SignetError) return refusalOf(error);
      throw error;
    }
  }

  return {
    /** The stream, of the tenant that the session's person looks at, or why they may not have it. */
    answer: (session: SessionClaims | undefined, signal: AbortSignal) => answer(session, signal, staff),

    /** The same of a customer's own licenses, and of no others. */
    answerCustomer: (session: SessionClaims | undefined, signal: AbortSignal) =>
      answer(session, signal, customer),

    /** Ends every stream and opens no other. */
    async close(): Promise<void> {
      closed = true;
      for (const end of [...open.keys()]) end();
      await listener.close();
    },
  };
}

function isSame(one: ReadonlySet<string>, other: ReadonlySet<string> | undefined): boolean {
  return one.size === other?.size && [...one].every((id) => other.has(id));
}

function refusalOf({ code, message, retryAfterSeconds }: SignetError): Response {
  const headers = retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) };
  return Response.json({ code, message }, { status: CODES[code].status, headers });
}
