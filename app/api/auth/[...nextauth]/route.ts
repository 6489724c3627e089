import NextAuth from "next-auth";
import { newCorrelationId } from "#server/platform/ids.ts";
import { runWithCorrelation } from "#server/platform/log.ts";
import { authOptions } from "../../../_session.ts";

async function handle(
  request: Request,
  context: { params: Promise<{ nextauth: string[] }> },
): Promise<Response> {
  return runWithCorrelation(newCorrelationId(), () => NextAuth(authOptions())(request, context));
}

export { handle as GET, handle as POST };
