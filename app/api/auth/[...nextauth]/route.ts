import { NextRequest } from "next/server";
import NextAuth from "next-auth";
import { newCorrelationId } from "#server/platform/ids.ts";
import { runWithCorrelation } from "#server/platform/log.ts";
import { withBoundedBody } from "#server/platform/read-body.ts";
import { PORTAL_BODY_BYTES_MAX } from "#server/trpc/limits.ts";
import { withOidc } from "../../../_oidc.ts";
import { authOptions } from "../../../_session.ts";

async function handle(
  request: NextRequest,
  context: { params: Promise<{ nextauth: string[] }> },
): Promise<Response> {
  const bounded = await withBoundedBody(request, PORTAL_BODY_BYTES_MAX);
  if (bounded === undefined) {
    const message = `The request is larger than ${PORTAL_BODY_BYTES_MAX / 1024} KiB; send less.`;
    return Response.json({ message }, { status: 413, headers: { connection: "close" } });
  }
  // Next hands over a proxy of its request, which cannot be made into another one.
  const readable = bounded === request ? request : new NextRequest(bounded);
  const { nextauth } = await context.params;
  return runWithCorrelation(newCorrelationId(), () =>
    withOidc(nextauth, (oidc) => NextAuth(authOptions(oidc))(readable, context)),
  );
}

export { handle as GET, handle as POST };
