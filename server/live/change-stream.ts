/** A browser waits this long before it asks for a broken stream again. */
const RETRY_MS = 1_000;
/** Of more subjects than this an event names none, which means any. */
const SUBJECTS_MAX = 150;

/** Nothing between here and the browser may keep, compress or gather what is streamed. */
export const EVENT_STREAM_HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store, no-transform",
  "x-accel-buffering": "no",
};

const encoder = new TextEncoder();

export interface ChangeStream {
  readonly body: ReadableStream<Uint8Array>;
  /** What changed; undefined: anything may have. */
  note(subjects: readonly string[] | undefined): void;
  /** Shows proxies that the stream lives. */
  comment(): void;
  end(): void;
}

/**
 * A stream of server-sent events that name what changed. Changes gather while the last event is younger than `everyMs` or still
 * unread, so that a slow reader holds back one event and no more. Begins with one that names nothing: any may have changed.
 *
 * @param onEnd called once, whoever ended it.
 */
export function createChangeStream({ everyMs, onEnd }: { everyMs: number; onEnd: () => void }): ChangeStream {
  let gathered: Set<string> | "any" | undefined = "any";
  let resting: NodeJS.Timeout | undefined;
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;

  const send = (text: string) => controller?.enqueue(encoder.encode(text));
  const isRead = () => (controller?.desiredSize ?? 0) > 0;

  function tell(): void {
    if (gathered === undefined || resting !== undefined || !isRead()) return;
    const subjects = gathered === "any" ? undefined : [...gathered];
    gathered = undefined;
    send(`event: changed\ndata: ${JSON.stringify({ subjects })}\n\n`);
    resting = setTimeout(() => {
      resting = undefined;
      tell();
    }, everyMs).unref();
  }

  function finish(): void {
    if (controller === undefined) return;
    controller = undefined;
    clearTimeout(resting);
    onEnd();
  }

  const body = new ReadableStream<Uint8Array>({
    start(begun) {
      controller = begun;
      send(`retry: ${RETRY_MS}\n\n`);
    },
    pull: tell,
    cancel: finish,
  });

  return {
    body,
    note(subjects) {
      if (subjects === undefined || gathered === "any") gathered = "any";
      else {
        gathered = new Set([...(gathered ?? []), ...subjects]);
        if (gathered.size > SUBJECTS_MAX) gathered = "any";
      }
      tell();
    },
    comment() {
      if (isRead()) send(": still here\n\n");
    },
    end() {
      const open = controller;
      finish();
      open?.close();
    },
  };
}
