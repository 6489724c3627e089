import fc from "fast-check";
import { expect, test } from "vitest";
import { eventsOf, type ServerEvent } from "./event-reader.ts";

const TEXT = ': begun\n\nevent: step\ndata: {"title":"a: é"}\n\n: still here\n\nevent: end\ndata: {}\n\n';

test("events are read however the network cuts them, and comments are passed over", async () => {
  const bytes = new TextEncoder().encode(TEXT);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(bytes.length)), async (cuts) => {
      const places = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          for (const [index, place] of places.slice(1).entries())
            controller.enqueue(bytes.slice(places[index] ?? 0, place));
          controller.close();
        },
      });
      const read: ServerEvent[] = [];
      for await (const event of eventsOf(body)) read.push(event);
      expect(read).toEqual([
        { name: "step", data: '{"title":"a: é"}' },
        { name: "end", data: "{}" },
      ]);
    }),
  );
});
