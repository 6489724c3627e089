import { NextResponse } from "next/server";
import { server } from "../../_server.ts";
import { OUTBOX_COOKIE } from "../access.ts";

/** Keeps the key that `npm start` printed in a cookie, and takes it out of the address. */
export function GET(request: Request): Response {
  const { env, localOutbox } = server();
  const key = new URL(request.url).searchParams.get("key") ?? undefined;
  const response = NextResponse.redirect(new URL("/outbox", env.NEXTAUTH_URL), 303);
  response.headers.set("Referrer-Policy", "no-referrer");
  if (key !== undefined && localOutbox.opensWith(key)) {
    response.cookies.set(OUTBOX_COOKIE, key, {
      httpOnly: true,
      sameSite: "lax",
      secure: env.NEXTAUTH_URL.startsWith("https:"),
      path: "/",
    });
  }
  return response;
}
