import { EVENT_STREAM_HEADERS } from "../live/change-stream.ts";
import type { RunOutcome } from "./lab-store.ts";
import type { StepResult } from "./runner.ts";

/** Shows that the stream lives, and finds out when its reader does not. */
const COMMENT_MS = 5_000;

const encoder = new TextEncoder();

/**
 * A stream of server-sent events: `step` for each that begins or ends, and one `end`.
 *
 * @param onLeft called when its reader has gone before the end.
 */
export function createRunStream(onLeft: () => void) {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const send = (text: string) => controller?.enqueue(encoder.encode(text));
  const commenting = setInterval(() => send(": still running\n\n"), COMMENT_MS).unref();
  const body = new ReadableStream<Uint8Array>({
    start(begun) {
      controller = begun;
      send(": begun\n\n");
    },
    cancel() {
      controller = undefined;
      clearInterval(commenting);
      onLeft();
    },
  });
  return {
    response: new Response(body, { headers: EVENT_STREAM_HEADERS }),
    tell: (result: StepResult): void => send(`event: step\ndata: ${JSON.stringify(result)}\n\n`),
    end(how: { readonly outcome: RunOutcome; readonly why?: string }): void {
      clearInterval(commenting);
      send(`event: end\ndata: ${JSON.stringify(how)}\n\n`);
      controller?.close();
      controller = undefined;
    },
  };
}
