import { watchLicenses } from "../_watch.ts";

export const GET = (request: Request): Promise<Response> =>
  watchLicenses(request, ({ useStreams }) => useStreams);
