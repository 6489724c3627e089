export interface ServerEvent {
  readonly name: string;
  readonly data: string;
}

/** The events of a `text/event-stream` that was asked for by POST, which the browser's own reader cannot ask for. */
export async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    text += decoder.decode(next.value, { stream: true });
    const events = text.split("\n\n");
    text = events.pop() ?? "";
    for (const event of events) {
      const fields = new Map(event.split("\n").map((line) => [line.split(": ", 1)[0], line]));
      const value = (field: string) => fields.get(field)?.slice(field.length + 2);
      const name = value("event");
      if (name !== undefined) yield { name, data: value("data") ?? "" };
    }
  }
}
