import { SignetError } from "#server/domain/errors.ts";
import { server } from "../../../_server.ts";

type Context = { params: Promise<{ token: string }> };

/** A mailbox's own button (RFC 8058): it follows no redirect, sends no cookie, and shows nothing. */
export async function POST(_: Request, { params }: Context): Promise<Response> {
  const { token } = await params;
  try {
    await server().unsubscribing.turnOff(token);
    return new Response(null, { status: 204 });
  } catch (error) {
    if (error instanceof SignetError && error.code === "not_found")
      return new Response(error.message, { status: 404 });
    throw error;
  }
}

/** A person who opens the address that is meant for programs. */
export async function GET(_: Request, { params }: Context): Promise<Response> {
  const { token } = await params;
  return Response.redirect(
    new URL(`/unsubscribe/${encodeURIComponent(token)}`, server().env.NEXTAUTH_URL),
    303,
  );
}
