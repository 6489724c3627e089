import { CODES } from "../domain/codes.ts";
import { SignetError } from "../domain/errors.ts";

/** What a browser is answered, or why it is refused. */
export async function answered(work: () => Promise<Response>): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SignetError)) throw error;
    const { code, message } = error;
    return Response.json({ code, message }, { status: CODES[code].status });
  }
}
