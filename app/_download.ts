import type { CurrentActor } from "#server/auth/actor.ts";
import { allows, type Permission } from "#server/auth/permissions.ts";
import { SignetError } from "#server/domain/errors.ts";
import { currentActor } from "./_session.ts";

interface File {
  readonly name: string;
  readonly type: string;
  /** What is in it, as it is made. */
  readonly lines: AsyncGenerator<string>;
}

/**
 * A file for somebody of the staff who may have it, sent as it is made, and no longer made once nobody receives it. What
 * `make` refuses is told in words, because a browser shows them in place of the file.
 */
export async function download(
  request: Request,
  permission: Permission,
  make: (current: CurrentActor) => File | Promise<File>,
): Promise<Response> {
  // Some leave an entry of their own, which no page of another site may cause.
  if (request.headers.get("sec-fetch-site") === "cross-site") return new Response(null, { status: 403 });
  const current = await currentActor();
  if (current === undefined) return new Response("Sign in first.", { status: 401 });
  const { actor, tenant, lacksTwoFactor } = current;
  if (tenant.suspended || lacksTwoFactor || !allows(actor.role, permission))
    return new Response(`You may not download this (${permission}).`, { status: 403 });
  try {
    return streamed(await make(current));
  } catch (error) {
    if (error instanceof SignetError) return new Response(error.message, { status: 400 });
    throw error;
  }
}

function streamed({ name, type, lines }: File): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await lines.next();
      if (done === true) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await lines.return(undefined);
    },
  });
  return new Response(body, {
    headers: {
      "content-type": `${type}; charset=utf-8`,
      "content-disposition": `attachment; filename="${name}"`,
      "cache-control": "no-store",
    },
  });
}
