import { server } from "../../../_server.ts";
import { watchLicenses } from "../_watch.ts";

export const GET = (request: Request): Promise<Response> =>
  watchLicenses(request, server().seatStreams.answer);
